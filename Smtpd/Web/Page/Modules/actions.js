// What is done to messages: read, star, delete with a way back.

import { ask, toast } from './dom.js';
import { guarded, send, withZone } from './api.js';
import { number, plural } from './format.js';
import { queryOf } from './place.js';
import * as list from './list.js';

const PATIENCE = 7;          // seconds in which a deletion can be undone
const MOST_UNDONE = 2000;    // of more the last request of a page that is left may not be sent
const SLICE = 5000;          // ids of one request

// The messages that an action is about: the chosen ones, else the one that is open, else the one at the keys.
export function target() {
	if (list.selection.all) return { ...list.selection.all };
	const ids = list.selection.ids.size ? [...list.selection.ids] : [list.openedId() ?? list.cursor()].filter(Boolean);
	return ids.length ? { ids, count: ids.length } : null;
}

// Asks for a change of all of them: of those that match at once, of many ids one slice after the other.
export async function change(what, act) {
	if (what.query) { await act({ Search: what.query }); return; }
	const all = what.ids.length;
	for (let done = 0; done < all; done += SLICE) {
		const close = all > SLICE ? toast(`${number(done)} of ${number(all)} …`, { seconds: 600 }) : null;
		try {
			await act({ IDs: what.ids.slice(done, done + SLICE) });
		} catch (failure) {
			if (done) failure.message += ` (${number(done)} of ${number(all)} are done.)`;
			throw failure;
		} finally {
			close?.();
		}
	}
	if (all > SLICE) toast(`All ${number(all)} are done.`);
}

export const put = (path, what, body) => change(what, which => withZone(`${path}?`, zoned => send('PUT', zoned, { ...which, ...body })));

// Shown at once; the server's own news come behind.
export const mark = guarded(async (what, marks) => {
	if (!what) return;
	for (const id of what.ids ?? []) list.changed({ ID: id, ...marks });
	await put('api/v1/messages', what, marks);
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

function carryOut(what, options) {
	return what.query
		? withZone(`api/v1/search?query=${encodeURIComponent(what.query)}`, path => send('DELETE', path, undefined, options))
		: change(what, which => send('DELETE', 'api/v1/messages', which, options));
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
		list.clearSelection();
		await carryOut(what);
		list.refreshSoon();
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
