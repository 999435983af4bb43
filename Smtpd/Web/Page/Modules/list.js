// The list: only the rows that can be seen exist, and they are used again as it scrolls.

import { $, button, element, icon, soon } from './dom.js';
import { guarded, json, withZone } from './api.js';
import { fully, number, person, plural, size, when } from './format.js';
import { addressOf, listHash, messageHash, queryOf, titleOf } from './place.js';
import { Rows } from './rows.js';

const PAGE = 100;
const AHEAD = 5;
// Browsers cannot make an element of any height; of a longer list each pixel of the scroll bar is more than one of the list.
const MOST_HEIGHT = 8_000_000;
// The search counts so far.
const COUNTED = 10_000;

const box = $('scroll'), ground = $('messages');
const rows = new Rows();
let list = { kind: 'all', name: '' };
let edition = 0;         // grows when the list is another one
let moves = 0;           // rows that came in above, less those that went
let rowHeight = 76;
let offset = 0;          // pixels of the list above those that the scroll bar knows
let lastTop = 0;
let openId = null, cursorId = null;
let loading = null;      // news that came while the list is read anew
let isApproximate = false;
let isRead = false;
let isStale = false;     // something happened that the list on its way may miss

export const selection = { ids: new Set(), all: null };
const hidden = new Set(), gone = new Set();
let act = {};

export const current = () => list;
export const total = () => rows.total;
export const find = id => rows.find(id);
export const openedId = () => openId;

export function begin(acts) {
	act = acts;
	box.addEventListener('scroll', scrolled, { passive: true });
	new ResizeObserver(() => { measure(); layout(); }).observe(box);
	measure();
}

function measure() {
	const height = parseFloat(getComputedStyle(document.documentElement).fontSize) * 4.75;
	if (height > 0) rowHeight = Math.round(height);
}

// --- scrolling

const height = () => rows.total * rowHeight;
const room = () => box.clientHeight;
const top = () => box.scrollTop + offset;

function layout() {
	ground.style.height = `${Math.min(height(), MOST_HEIGHT)}px`;
	if (height() <= MOST_HEIGHT && offset !== 0) scrollTo(top());
	paint();
}

function scrollTo(where) {
	const most = Math.max(0, height() - room());
	where = Math.max(0, Math.min(where, most));
	box.scrollTop = height() <= MOST_HEIGHT ? where : where / most * (MOST_HEIGHT - room());
	offset = height() <= MOST_HEIGHT ? 0 : where - box.scrollTop;
	lastTop = box.scrollTop;
}

let settle = 0;

function scrolled() {
	const now = box.scrollTop;
	if (height() > MOST_HEIGHT) {
		const most = MOST_HEIGHT - room();
		// A step moves the list by itself, a drag of the bar by its share; at an end of the bar is the end of the list.
		if (Math.abs(now - lastTop) > 3 * room() || (now <= 0 && offset > 0) || (now >= most - 1 && offset < height() - MOST_HEIGHT))
			offset = now / most * (height() - room()) - now;
		clearTimeout(settle);
		settle = setTimeout(() => scrollTo(top()), 300);
	}
	lastTop = now;
	requestPaint();
}

let isAsked = false;
function requestPaint() {
	if (isAsked) return;
	isAsked = true;
	requestAnimationFrame(() => { isAsked = false; paint(); });
}

// --- rows

const nodes = new Map();   // by place
const spare = [];

function makeNode() {
	const row = element('li');
	const check = element('label', 'check');
	const box = element('input');
	box.type = 'checkbox';
	check.append(box);
	const anchor = element('a');
	const parts = Object.fromEntries(['from', 'subject', 'snippet'].map(name => [name, element('span', name)]));
	parts.subject.dir = parts.from.dir = parts.snippet.dir = 'auto';
	const time = element('time');
	const state = element('span', 'hidden');
	const extras = element('span', 'extras');
	const second = element('span', 'second');
	second.append(parts.subject, extras);
	anchor.append(state, parts.from, time, second, parts.snippet);
	const star = button('Star', () => act.star([row.dataset.id], !find(row.dataset.id)?.Starred), { name: 'star', quiet: true });
	star.classList.add('star');
	row.append(check, anchor, star);
	check.addEventListener('click', event => { row.shift = event.shiftKey; });
	box.onchange = () => pick(row.dataset.id, box.checked, row.shift);
	Object.assign(row, { parts, time, box, anchor, star, extras, state });
	return row;
}

function fill(row, place, message) {
	if (row.message === message && row.place === place && row.shown === shownState(message)) return;
	row.message = message;
	row.place = place;
	row.shown = shownState(message);
	row.ariaPosInSet = place + 1;
	row.ariaSetSize = rows.total;
	row.classList.toggle('loading', !message);
	if (!message) {
		delete row.dataset.id;
		for (const part of [...Object.values(row.parts), row.time, row.extras, row.state]) part.textContent = '';
		row.className = 'loading';
		row.box.checked = false;
		row.box.disabled = row.star.disabled = true;
		row.anchor.removeAttribute('href');
		row.box.ariaLabel = 'Not read yet';
		return;
	}
	row.box.disabled = row.star.disabled = false;
	row.dataset.id = message.ID;
	row.anchor.href = messageHash(list, message.ID);
	row.parts.from.textContent = person(message.From) || '(no sender)';
	const subject = message.Subject || '(no subject)';
	row.parts.subject.textContent = subject;
	row.parts.snippet.textContent = message.Snippet || '\u00a0';
	row.time.textContent = when(message.Created);
	row.time.dateTime = message.Created;
	row.time.title = `${fully(message.Created)}, ${size(message.Size)}`;
	row.state.textContent = message.Read ? '' : 'Unread. ';
	row.extras.replaceChildren(...message.Tags.slice(0, 3).map(tag => element('span', 'tag', tag)));
	if (message.Attachments) {
		const clip = icon('clip');
		const count = element('span', 'hidden', plural(message.Attachments, 'attachment'));
		row.extras.append(clip, count);
	}
	row.box.checked = isSelected(message.ID);
	row.box.ariaLabel = `Select ${subject}`;
	row.star.ariaPressed = message.Starred;
	row.star.ariaLabel = `Star ${subject}`;
	const isOpen = message.ID === openId;
	row.className = [!message.Read && 'unread', isOpen && 'open', isSelected(message.ID) && 'picked', message.ID === cursorId && 'cursor'].filter(Boolean).join(' ');
	row.anchor.ariaCurrent = isOpen ? true : null;
	// One row is in the order of the tab key; the arrow keys go to the others.
	const isCursor = cursorId && rows.placeOf(cursorId) !== undefined ? message.ID === cursorId : place === 0;
	for (const control of [row.anchor, row.box, row.star]) control.tabIndex = isCursor ? 0 : -1;
}

const shownState = message => message
	? [rows.total, message.ID === openId, message.ID === cursorId, cursorId, isSelected(message.ID), message.Read, message.Starred, message.Tags.join('\u0000'), list.kind, list.name].join('|')
	: '';

function paint() {
	const first = Math.max(0, Math.floor(top() / rowHeight) - AHEAD);
	const end = Math.min(rows.total, Math.ceil((top() + room()) / rowHeight) + AHEAD);
	const byId = new Map();
	for (const [place, row] of nodes) {
		if (row.dataset.id) byId.set(row.dataset.id, row);
		else spare.push(row);
		nodes.delete(place);
	}
	const wanted = [];
	for (let place = first; place < end; place++) {
		const message = rows.at(place);
		const row = message && byId.get(message.ID);
		if (row) byId.delete(message.ID);
		wanted.push([place, message, row]);
	}
	for (const row of byId.values()) spare.push(row);
	let before = null;
	for (const [place, message, kept] of wanted) {
		const row = kept ?? spare.pop() ?? makeNode();
		fill(row, place, message);
		row.style.transform = `translateY(${place * rowHeight - offset}px)`;
		const next = before ? before.nextSibling : ground.firstChild;
		if (next !== row) ground.insertBefore(row, next);
		before = row;
		nodes.set(place, row);
	}
	for (const row of spare) {
		if (row.contains(document.activeElement)) box.focus({ preventScroll: true });
		row.remove();
	}
	spare.length = Math.min(spare.length, 40);
	need(first, end);
	rows.trim(first, end);
	showToTop();
}

// --- reading

const asked = new Set();
let needTimer = 0;

function need(first, end) {
	clearTimeout(needTimer);
	const missing = [];
	for (let place = first; place < end; place++) if (!rows.at(place)) missing.push(place);
	if (missing.length === 0 || loading) return;
	// While the bar is dragged nothing is asked for.
	needTimer = setTimeout(() => {
		const pages = new Set(missing.map(place => Math.floor(place / PAGE)));
		for (const page of pages) if (!asked.has(page)) fetchPage(page);
	}, isRead && Math.abs(box.scrollTop - lastTop) > room() ? 120 : 30);
}

const readPage = members => withZone(addressOf(list) + members, path => json(path));

const fetchPage = guarded(async page => {
	const mine = edition, from = moves, start = page * PAGE;
	asked.add(page);
	try {
		const above = start > 0 ? rows.at(start - 1) : null;
		const answer = await readPage(above ? `before=${above.ID}&limit=${PAGE}` : `start=${start + hidden.size}&limit=${PAGE}`);
		if (mine !== edition) return;
		const known = above && rows.placeOf(above.ID);
		let place = known !== undefined && known !== null ? known + 1 : start + moves - from;
		const messages = answer.messages.filter(message => !hidden.has(message.ID));
		// One that is known already says where the others are.
		const fixed = messages.findIndex(message => rows.placeOf(message.ID) !== undefined);
		if (!above && fixed >= 0) place = rows.placeOf(messages[fixed].ID) - fixed;
		else if (!above && moves !== from) isApproximate = true;
		messages.forEach((message, i) => rows.put(place + i, message));
		takeCounts(answer, place, messages.length, answer.messages.length < PAGE);
	} finally {
		if (mine === edition) asked.delete(page);
	}
	layout();
});

function takeCounts(answer, place, length, isEnd) {
	const mine = list.kind === 'all' ? answer.total : list.kind === 'unread' ? answer.unread : answer.messages_count;
	const isCounted = list.kind !== 'search' && list.kind !== 'starred' && list.kind !== 'tag' || answer.messages_count < COUNTED;
	rows.total = isCounted ? Math.max(mine - hidden.size, 0) : Math.max(rows.total, answer.messages_count, place + length + (length >= PAGE ? PAGE : 0));
	// Where it ends is seen best at its end.
	if (isEnd && (length > 0 || place === 0)) rows.total = place + length;
	list.isAtLeast = !isCounted && !isEnd;
	act.counts(answer.total, answer.unread);
	showCounts();
}

// Reads the list from here on; with a place, what was seen before stays where it is.
export async function load(next, from = 0) {
	const mine = ++edition;
	list = { ...next };
	asked.clear();
	loading = [];
	isRead = isApproximate = false;
	clearSelection();
	rows.clear();
	rows.total = 0;
	$('list-title').textContent = titleOf(list);
	$('counts').textContent = '';
	$('empty').hidden = true;
	$('busy').hidden = false;
	layout();
	scrollTo(0);
	await readAgain(mine, from, false);
}

async function readAgain(mine, from, isKept) {
	const start = Math.max(0, from - (isKept ? PAGE / 2 : 0));
	try {
		const answer = await readPage(`start=${start}&limit=${PAGE}`);
		if (mine !== edition) return;
		// What is seen is looked up now: somebody may have scrolled since the question.
		const first = Math.floor(top() / rowHeight), seen = rows.at(first), within = top() - first * rowHeight;
		rows.clear();
		asked.clear();
		const messages = answer.messages.filter(message => !hidden.has(message.ID));
		messages.forEach((message, i) => rows.put(start + i, message));
		rows.total = start + messages.length;
		takeCounts(answer, start, messages.length, answer.messages.length < PAGE);
		isRead = true;
		ground.style.height = `${Math.min(height(), MOST_HEIGHT)}px`;
		if (isKept) {
			let place = seen && rows.placeOf(seen.ID);
			// One that is gone has made room for the next one.
			if (seen && place === undefined && seen.ID < messages[0]?.ID) place = start + messages.findIndex(message => message.ID < seen.ID);
			if (place >= start && first + within > 0) scrollTo(place * rowHeight + within);
		} else if (from > 0) {
			scrollTo(from * rowHeight);
		}
	} catch (failure) {
		if (mine === edition) {
			$('empty').hidden = false;
			$('empty-title').textContent = failure.status === 400 ? 'This search cannot be understood.' : 'The list cannot be read.';
			$('empty-more').textContent = failure.message.replace(/^query: /, '');
			$('read-all').hidden = $('select-all').disabled = true;
			if (failure.status !== 400) throw failure;
		}
		return;
	} finally {
		if (mine === edition) {
			$('busy').hidden = true;
			const told = loading ?? [];
			loading = null;
			for (const news of told) news();
			if (isStale) refreshSoon();
			isStale = false;
			if (isRead) showCounts();
		}
	}
	layout();
}

// Reads again what is seen, without moving it.
export const refresh = guarded(async () => {
	if (loading) { isStale = true; return; }
	const mine = ++edition;
	loading = [];
	await readAgain(mine, Math.floor(top() / rowHeight), true);
});

export const refreshSoon = soon(refresh, 700);

function showCounts() {
	const count = number(rows.total) + (list.isAtLeast ? '+' : '');
	const chosen = selection.all ? 'all' : selection.ids.size;
	$('counts').textContent = chosen ? `${chosen === 'all' ? `all ${count}` : number(chosen)} selected` : rows.total === 1 ? '1 message' : `${count} messages`;
	const isEmpty = rows.total === 0 && !loading;
	$('empty').hidden = !isEmpty;
	if (isEmpty) [$('empty-title').textContent, $('empty-more').textContent] = EMPTY[list.kind] ?? EMPTY.all;
	$('selected').hidden = !chosen;
	$('read-all').hidden = !!chosen || isEmpty;
	const all = $('select-all');
	all.disabled = isEmpty;
	all.checked = !!selection.all;
	all.indeterminate = !selection.all && selection.ids.size > 0;
}

const EMPTY = {
	all: ['No mail yet.', 'What is sent here appears by itself.'],
	unread: ['Everything is read.', 'New mail appears here by itself.'],
	starred: ['Nothing is starred.', 'Star a message (key *) to find it here again.'],
	tag: ['Nothing has this tag.', ''],
	mailbox: ['No mail in this mailbox.', 'What is sent to it appears by itself.'],
	search: ['Nothing is found.', 'Try fewer words, or the beginning of one.'],
};

let fresh = 0;

function showToTop() {
	if (top() <= rowHeight / 2) fresh = 0;
	$('to-top').hidden = fresh === 0;
	$('to-top').textContent = `${plural(fresh, 'new message')} above`;
}

$('to-top').onclick = () => { scrollTo(0); paint(); };

// --- news

const later = news => { if (loading) loading.push(news); return !!loading; };

export function added(message) {
	if (later(() => added(message))) return;
	if (list.kind !== 'all' && !(list.kind === 'unread' && !message.Read)) { refreshSoon(); return; }
	const isAtTop = top() <= 0;
	const place = rows.insert(message);
	if (place < 0) return;
	moves++;
	// What is read stays where it is.
	ground.style.height = `${Math.min(height(), MOST_HEIGHT)}px`;
	if (!isAtTop && place * rowHeight <= top()) { scrollTo(top() + rowHeight); fresh++; }
	if (isApproximate) refreshSoon();
	showCounts();
	requestPaint();
}

export function changed(change) {
	if (later(() => changed(change))) return;
	const message = rows.find(change.ID);
	if (message) {
		for (const name of ['Read', 'Starred', 'Tags']) if (change[name] !== undefined) message[name] = change[name];
		requestPaint();
	} else if (list.kind !== 'all') {
		refreshSoon();
	}
}

// Takes rows out; those above what is seen take it with them.
export function removed(ids) {
	if (later(() => removed(ids.filter(id => rows.placeOf(id) !== undefined)))) return;
	let isUnknown = false;
	for (const id of ids) {
		selection.ids.delete(id);
		if (pickedFrom === id) pickedFrom = null;
		const isAbove = top() > 0, first = Math.floor(top() / rowHeight);
		const place = rows.remove(id);
		if (place < 0) {
			if (hidden.has(id) || gone.has(id)) continue;
			if (list.kind === 'all') rows.removeUnknown(id);
			else isUnknown = true;
			continue;
		}
		moves--;
		if (isAbove && place < first) scrollTo(top() - rowHeight);
	}
	if (isUnknown) refreshSoon();
	showCounts();
	layout();
}

// While a deletion can be undone its messages are not shown.
export function hide(ids) {
	for (const id of ids) hidden.add(id);
	removed(ids);
}

export function unhide(ids) {
	for (const id of ids) hidden.delete(id);
}

// They are deleted by now; the news of it is none.
export function forget(ids) {
	unhide(ids);
	for (const id of ids) gone.add(id);
}

// --- what is open, and where the keys are

export function setOpen(id) {
	openId = id;
	if (id) cursorId = id;
	requestPaint();
}

export function cursor() {
	return cursorId && rows.placeOf(cursorId) !== undefined ? cursorId : null;
}

export function show(place) {
	if (place * rowHeight < top()) scrollTo(place * rowHeight);
	else if ((place + 1) * rowHeight > top() + room()) scrollTo((place + 1) * rowHeight - room());
}

export function focusRow(id) {
	cursorId = id;
	const place = rows.placeOf(id);
	if (place === undefined) return;
	show(place);
	paint();
	nodes.get(place)?.anchor.focus({ preventScroll: true });
}

// The message that many places below another one; read if need be.
export async function neighbour(id, by) {
	const place = id ? rows.placeOf(id) : by > 0 ? -1 : undefined;
	if (place === undefined) return rows.at(0) ?? null;
	const wanted = place + by;
	if (wanted < 0 || wanted >= rows.total) return null;
	if (!rows.at(wanted)) await fetchPage(Math.floor(wanted / PAGE));
	return rows.at(wanted) ?? null;
}

export const placeOf = id => rows.placeOf(id);

// --- choosing

let pickedFrom = null;
let picks = 0;
const MOST_PICKED = 100_000;
const READ = 1000;       // messages of one answer

const isSelected = id => !!selection.all || selection.ids.has(id);

// Ids grow with time and lists go by them, so a range is known by its ends, wherever they are by now.
async function between(one, other, told) {
	const [oldest, newest] = one < other ? [one, other] : [other, one];
	const ids = [newest];
	for (let place = rows.placeOf(newest); place !== undefined && ids.at(-1) !== oldest; ids.push(rows.at(place).ID)) if (!rows.at(++place)) break;
	while (ids.at(-1) > oldest) {
		const { messages } = await readPage(`before=${ids.at(-1)}&limit=${READ}`);
		ids.push(...messages.map(message => message.ID).filter(id => id >= oldest && !hidden.has(id)));
		if (messages.length < READ || messages.at(-1).ID <= oldest) break;
		if (ids.length > MOST_PICKED) throw new Error(`More than ${number(MOST_PICKED)} messages cannot be chosen one by one. The box above the list chooses all that match.`);
		if (!told(ids.length)) return [];
	}
	return ids;
}

export const pick = guarded(async (id, isPicked, isRange) => {
	if (selection.all) { selection.all = null; selection.ids.clear(); }
	const mine = ++picks;
	let ids = [id];
	if (isRange && pickedFrom) {
		$('selected').inert = true;
		try {
			ids = await between(pickedFrom, id, count => {
				$('busy').hidden = false;
				$('counts').textContent = `${number(count)} …`;
				return mine === picks;
			});
		} finally {
			$('selected').inert = false;
			$('busy').hidden = !loading;
			showCounts();
			paint();
		}
		if (mine !== picks) return;
	}
	for (const one of ids) isPicked ? selection.ids.add(one) : selection.ids.delete(one);
	pickedFrom = id;
	showCounts();
	paint();
});

// All that match: what comes in later is not meant.
export function pickAll(isPicked) {
	selection.ids.clear();
	const newest = rows.at(0);
	const until = new Date(newest ? Date.parse(newest.Created) + 1 : Date.now()).toISOString();
	selection.all = isPicked && rows.total > 0 ? { query: `${queryOf(list)} before:${until}`.trim(), count: rows.total } : null;
	showCounts();
	paint();
}

export function clearSelection() {
	picks++;
	pickedFrom = null;
	selection.ids.clear();
	selection.all = null;
	showCounts();
	requestPaint();
}

export function emptied() {
	edition++;
	rows.clear();
	rows.total = 0;
	clearSelection();
	layout();
}

export function repaint() { paint(); }
export const home = () => listHash(list);
