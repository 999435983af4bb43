// The page. Every text of a mail goes into it by textContent or an attribute that cannot act; the policy that comes with the
// page forbids everything else. HTML of a mail is shown in a sandboxed frame only. This file puts the parts together.

import { $ } from './page/dom.js';
import { guarded, json, untroubled } from './page/api.js';
import * as actions from './page/actions.js';
import * as attention from './page/attention.js';
import * as blocks from './page/blocks.js';
import { mailFrame } from './page/files.js';
import * as folders from './page/folders.js';
import * as keys from './page/keys.js';
import * as list from './page/list.js';
import * as live from './page/live.js';
import * as message from './page/message.js';
import { listHash, messageHash, read, titleOf } from './page/place.js';
import * as search from './page/search.js';
import { tag } from './page/tags.js';
import { nextWidth } from './page/views.js';

let setup = { User: '', Superuser: false, Blocks: false }, isKnown = false;
let place = read('');
let other = null;

// --- where we are

const isSame = (one, another) => one.kind === another.kind && one.name === another.name;
let isBegun = false;

const route = guarded(async () => {
	const next = read(location.hash);
	const isOther = !!next.other, wasOther = !!place.other;
	untroubled();
	document.body.classList.toggle('elsewhere', isOther);
	$('other').hidden = !isOther;
	folders.setPlace(next);
	if (isOther) {
		message.close();
		search.show({});
		await showOther(next.other);
	} else {
		closeOther();
		const isAnother = !isBegun || !isSame(next.list, list.current()) || (next.from !== place.from && next.from > 0);
		isBegun = true;
		if (isAnother || wasOther) search.show(next.list);
		if (isAnother) {
			// Nothing waits for the list: a message is opened beside it.
			list.load(next.list, next.from).catch(() => {});
		}
		if (next.message) message.open(next.message);
		else {
			const was = list.openedId();
			message.close();
			if (was && !wasOther && !isAnother) list.focusRow(was);
		}
		attention.setTitle(titleOf(next.list));
	}
	place = next;
});

function closeOther() {
	other?.end?.();
	other = null;
	$('other').replaceChildren();
}

async function showOther(name) {
	closeOther();
	attention.setTitle({ status: 'Status', people: 'People' }[name]);
	const { show } = await import(`./page/${name}.js`);
	if (read(location.hash).other !== name) return;
	other = show($('other'), setup);
	$('other').focus({ preventScroll: true });
}

const go = hash => { location.hash = hash; };
const openMessage = id => go(messageHash(list.current(), id));

// --- what can be done

const isWide = () => matchMedia('(min-width: 50rem)').matches;

const step = guarded(async by => {
	const from = list.openedId() ?? list.cursor();
	const next = await list.neighbour(from, by);
	if (!next) return;
	if (message.isOpen()) { openMessage(next.ID); list.show(list.placeOf(next.ID) ?? 0); }
	else list.focusRow(next.ID);
});

// What comes after the one that is open takes its place where both can be seen.
const remove = guarded(async what => {
	if (!what) return;
	const id = list.openedId();
	const isOpened = id && (what.query || what.ids.includes(id));
	const next = isOpened && !what.query && isWide() ? await list.neighbour(id, 1) ?? await list.neighbour(id, -1) : null;
	const cursor = list.cursor();
	const near = !isOpened && cursor && what.ids?.includes(cursor) ? await list.neighbour(cursor, 1) ?? await list.neighbour(cursor, -1) : null;
	if (isOpened) go(next && !what.ids.includes(next.ID) ? messageHash(list.current(), next.ID) : listHash(list.current()));
	await actions.remove(what);
	if (near && !what.ids.includes(near.ID)) list.focusRow(near.ID);
});

const single = () => list.openedId() ? { ids: [list.openedId()], count: 1 } : null;

const markUnread = what => {
	actions.mark(what, { Read: false });
	if (what?.ids?.includes(list.openedId())) go(listHash(list.current()));
};

$('previous').onclick = () => step(-1);
$('next').onclick = () => step(1);
$('unread').onclick = () => markUnread(single());
$('star').onclick = () => {
	const ID = list.openedId(), Starred = $('star').ariaPressed !== 'true';
	actions.star([ID], Starred);
	message.changed({ ID, Starred });
};
$('tag').onclick = () => tag(single());
$('delete').onclick = () => remove(single());
$('block').onclick = () => blocks.block(message.openedMessage());
$('read-all').onclick = actions.readAll;
$('select-all').onchange = () => list.pickAll($('select-all').checked);
$('skip').onclick = () => list.focusRow(list.cursor() ?? document.querySelector('#messages li')?.dataset.id);

const CHOSEN = {
	read: what => actions.mark(what, { Read: true }),
	unread: markUnread,
	star: actions.starTarget,
	tag,
	delete: remove,
};
for (const control of $('selected').children) control.onclick = () => CHOSEN[control.dataset.do](actions.target());

$('messages').addEventListener('click', event => {
	// The same message again: the address does not change, and somebody wants to see it.
	if (event.target.closest('a')?.getAttribute('href') === location.hash) message.open(list.openedId());
});

keys.begin({
	next: () => step(1),
	previous: () => step(-1),
	down: () => step(1),
	up: () => step(-1),
	open: () => { const id = list.cursor(); if (id) openMessage(id); },
	back: () => { if (message.isOpen()) go(listHash(list.current())); },
	escape() {
		if (folders.isDrawerOpen()) folders.openDrawer(false);
		else if (list.selection.all || list.selection.ids.size) list.clearSelection();
		else if (message.isOpen()) go(listHash(list.current()));
		else return false;
		return true;
	},
	pick: () => { const id = list.openedId() ?? list.cursor(); if (id) list.pick(id, !list.selection.ids.has(id), false); },
	pickRange: () => { const id = list.openedId() ?? list.cursor(); if (id) list.pick(id, true, true); },
	pickAll: () => list.pickAll(!list.selection.all),
	star: () => actions.starTarget(actions.target()),
	tag: () => tag(actions.target()),
	delete: () => remove(actions.target()),
	undo: actions.undo,
	read: () => CHOSEN.read(actions.target()),
	unread: () => markUnread(actions.target()),
	block: () => { if (!$('block').hidden) blocks.block(message.openedMessage()); },
	...Object.fromEntries(message.VIEWS.map(name => [name, () => message.choose(name)])),
	width: nextWidth,
	remote: message.loadRemote,
	download: () => { if (message.isOpen()) $('download').click(); },
	print: message.print,
	elsewhere: () => { if (message.isOpen()) $('elsewhere').click(); },
	search: search.focus,
	help: keys.show,
	goAll: () => go('#/'),
	goUnread: () => go('#/unread'),
	goStarred: () => go('#/starred'),
	goFilter: () => { folders.openDrawer(!isWide()); $('mailbox-filter').focus(); },
	goFolders: () => { folders.openDrawer(getComputedStyle($('menu')).display !== 'none'); $('folders').querySelector('a').focus(); },
	goStatus: () => { if (setup.Superuser) go('#/status'); },
	goPeople: () => go('#/people'),
	goTop: () => $('to-top').click(),
});

// --- news

function showCounts(total, unread) {
	folders.counts(total, unread);
	attention.setUnread(unread);
}

const heard = {
	new(one) { list.added(one); attention.announce(one); folders.refreshSoon(); },
	update(change) {
		list.changed(change);
		message.changed(change);
		folders.refreshSoon();
	},
	delete({ ID }) { list.removed([ID]); message.removed([ID]); folders.refreshSoon(); },
	truncate() { list.refreshSoon(); message.checkStillThere(); folders.refreshSoon(); },
	prune() { list.refreshSoon(); message.checkStillThere(); folders.refreshSoon(); },
	stats({ Total, Unread }) { showCounts(Total, Unread); },
};

// Whoever is signed in by now, the mail of the one before is not his: a page that the browser kept shows none, and begins anew.
addEventListener('pagehide', () => { document.body.hidden = !!setup.User; });
addEventListener('pageshow', ({ persisted }) => { if (persisted && setup.User) location.reload(); });
const checkWho = guarded(async () => { if ((await json('api/v1/webui')).User !== setup.User) location.reload(); });

const begin = guarded(async () => {
	list.begin({ star: actions.star, counts: showCounts });
	folders.showSaved();
	addEventListener('hashchange', route);
	route();
	folders.refresh();
	live.begin((type, data) => { if (Object.hasOwn(heard, type)) heard[type](data); }, () => {
		if (!isBegun) return;
		untroubled();
		if (isKnown) checkWho();
		// What was opened meanwhile is still to be read.
		if (message.isOpen() && !$('message').ariaBusy) message.open(list.openedId());
		list.refreshSoon();
		message.checkStillThere();
		folders.refreshSoon();
	});
	setup = await json('api/v1/webui');
	isKnown = true;
	$('block').hidden = $('show-blocks').hidden = !(setup.Blocks && setup.Superuser);
	$('status-link').hidden = !setup.Superuser;
	$('people-link').hidden = !setup.User && !setup.Superuser;
	$('sign-out').hidden = !setup.User;
	if (setup.Greeting && !setup.User) {
		const frame = mailFrame('greeting');
		frame.id = 'greeting';
		frame.title = 'Greeting';
		$('nothing-open').prepend(frame);
	}
	$('sign-out').title = setup.User ? `Signed in as ${setup.User}` : '';
});

begin();
