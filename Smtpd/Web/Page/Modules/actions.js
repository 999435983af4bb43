// What is done to messages: read, star, delete with a way back.

import { ask, toast } from './dom.js';
import { guarded, json, send, withZone } from './api.js';
import { number, plural } from './format.js';
import { queryOf } from './place.js';
import * as list from './list.js';

const PATIENCE = 7;          // seconds in which a deletion can be undone
const MOST_UNDONE = 2000;    // of more the last request of a page that is left may not be sent
const SEARCHED = 1000;       // messages of one page of a search

// The messages that an action is about: the chosen ones, else the one that is open, else the one at the keys.
export function target() {
	if (list.selection.all) return { ...list.selection.all };
	const ids = list.selection.ids.size ? [...list.selection.ids] : [list.openedId() ?? list.cursor()].filter(Boolean);
	return ids.length ? { ids, count: ids.length } : null;
}

const put = (path, what, marks) => send('PUT', path, what.query ? { Search: what.query, ...marks } : { IDs: what.ids, ...marks });

// Shown at once; the server's own news come behind.
export const mark = guarded(async (what, marks) => {
	if (!what) return;
	for (const id of what.ids ?? []) list.changed({ ID: id, ...marks });
	await withZone('api/v1/messages?', path => put(path, what, marks));
	if (what.query) list.refreshSoon();
});

export const star = (ids, isStarred) => mark({ ids }, { Starred: isStarred });

// With some that are not starred, all become so.
export function starTarget(what) {
	if (!what) return;
	const isStarred = what.query ? true : !what.ids.every(id => list.find(id)?.Starred);
	mark(what, { Starred: isStarred });
}

export const readAll = guarded(async () => {
	const query = queryOf(list.current());
	if (!await ask(query ? `Mark all of this list read?` : 'Mark all messages read?', 'Mark read')) return;
	await withZone('api/v1/messages?', path => send('PUT', path, query ? { Search: query, Read: true } : { Read: true }));
	list.refreshSoon();
});

// --- deleting

let pending = null;

function carryOut({ ids, query }, options) {
	return query
		? withZone(`api/v1/search?query=${encodeURIComponent(query)}`, path => send('DELETE', path, undefined, options))
		: send('DELETE', 'api/v1/messages', { IDs: ids }, options);
}

const finish = guarded(async options => {
	if (!pending) return;
	const { what, close } = pending;
	pending = null;
	close();
	try {
		await carryOut(what, options);
		list.forget(what.ids ?? []);
	} catch (failure) {
		list.unhide(what.ids ?? []);
		throw failure;
	} finally {
		list.refreshSoon();
	}
});

export const remove = guarded(async what => {
	if (!what) return;
	const told = what.query ? `${number(what.count)} messages that match` : plural(what.count, 'message');
	if (what.ids?.length > MOST_UNDONE) {
		if (!await ask(`Delete ${told}? They cannot be brought back.`)) return;
		await carryOut(what);
		list.clearSelection();
		return;
	}
	await finish();
	const { current, hide } = list;
	const where = { ...current() };
	if (what.query) list.emptied();
	else hide(what.ids);
	const close = toast(`${told} deleted.`, { label: 'Undo', act: () => { undo(where); }, seconds: PATIENCE + 1 });
	const timer = setTimeout(finish, PATIENCE * 1000);
	pending = { what, close: () => { clearTimeout(timer); close(); } };
	list.clearSelection();
});

export const undo = guarded(async () => {
	if (!pending) return;
	const { what, close } = pending;
	pending = null;
	close();
	list.unhide(what.ids ?? []);
	await list.refresh();
});

// Who leaves the page has had the time to think better of it.
addEventListener('pagehide', () => { finish({ keepalive: true }); });

// Every message that matches, for what the server cannot do to a search.
export async function idsOf(what, most) {
	if (what.ids) return what.ids.map(id => list.find(id) ?? { ID: id, Tags: [] });
	const found = [];
	for (;;) {
		const before = found.length ? `&before=${found.at(-1).ID}` : '';
		const { messages } = await withZone(`api/v1/search?query=${encodeURIComponent(what.query)}&limit=${SEARCHED}${before}`, path => json(path));
		found.push(...messages);
		if (messages.length < SEARCHED || found.length >= most) return found.slice(0, most);
	}
}
