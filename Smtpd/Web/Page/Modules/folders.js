// The pane of places: everything, tags, saved searches, mailboxes and domains.

import { $, button, element, icon, link, soon } from './dom.js';
import { guarded, json } from './api.js';
import { number } from './format.js';
import { listHash } from './place.js';

const PAGE = 100;
const MOST_SHOWN = 10_000;

let mailboxes = [], hasMore = false;
let place = null;

// --- the drawer on small screens

export function openDrawer(isOpen) {
	document.body.classList.toggle('drawer', isOpen);
	$('menu').ariaExpanded = isOpen;
	$('shade').hidden = !isOpen;
	if (isOpen) $('folders').querySelector('a').focus();
}

export const isDrawerOpen = () => document.body.classList.contains('drawer');
$('menu').onclick = () => openDrawer(!isDrawerOpen());
$('shade').onclick = () => openDrawer(false);
$('folders').addEventListener('click', event => { if (event.target.closest('a')) openDrawer(false); });
$('folders').addEventListener('keydown', event => {
	if (event.key === 'Escape' && isDrawerOpen()) { openDrawer(false); $('menu').focus(); }
});

// --- mailboxes

function entry(text, list, { count, name } = {}) {
	const item = element('li');
	const anchor = link('', listHash(list));
	anchor.dataset.place = `${list.kind}\u0000${list.name}`;
	if (name) anchor.append(icon(name));
	const label = element('bdi', '', text);
	label.title = text;
	anchor.append(label);
	if (count) anchor.append(counter(count));
	item.append(anchor);
	return item;
}

function counter(count) {
	const shown = element('span', 'count', number(count));
	shown.append(element('span', 'hidden', ' unread'));
	return shown;
}

const mailboxEntry = ({ Address, Unread }) => entry(Address, { kind: 'mailbox', name: Address }, { count: Unread });

function address(members) {
	const filter = $('mailbox-filter').value.trim();
	return `api/v1/mailboxes?limit=${PAGE}${filter ? `&filter=${encodeURIComponent(filter)}` : ''}${members}`;
}

let edition = 0;

export const refresh = guarded(async () => {
	const mine = ++edition;
	const [{ Mailboxes, Domains, More }, tags] = await Promise.all([json(address('')), json('api/v1/tags')]);
	if (mine !== edition) return;
	// Further pages that were opened stay open.
	const kept = mailboxes.length > Mailboxes.length && More ? mailboxes.filter(one => one.Address > Mailboxes.at(-1).Address) : [];
	if (kept.length === 0) hasMore = More;
	mailboxes = [...Mailboxes, ...kept];
	keepFocus($('folders'), () => {
		$('domains').replaceChildren(...Domains.map(mailboxEntry));
		$('domains-title').hidden = Domains.length === 0;
		showMailboxes();
		$('tags').replaceChildren(...tags.map(tag => entry(tag, { kind: 'tag', name: tag }, { name: 'tag' })));
		$('tags-part').hidden = tags.length === 0;
	});
	$('no-mailboxes').hidden = mailboxes.length + Domains.length > 0;
	showPlace();
});

export const refreshSoon = soon(refresh, 1500);
export const tagNames = () => [...$('tags').querySelectorAll('bdi')].map(one => one.textContent);
export const mailboxNames = () => mailboxes.map(one => one.Address);

function showMailboxes() {
	$('addresses').replaceChildren(...mailboxes.map(mailboxEntry));
	$('addresses-title').hidden = mailboxes.length === 0;
	$('more-mailboxes').hidden = !hasMore || mailboxes.length >= MOST_SHOWN;
}

// Entries are made anew; the one that has the focus keeps it.
function keepFocus(part, act) {
	const focused = part.contains(document.activeElement) ? document.activeElement.dataset.place : undefined;
	act();
	if (focused !== undefined) [...part.querySelectorAll('[data-place]')].find(one => one.dataset.place === focused)?.focus({ preventScroll: true });
}

$('more-mailboxes').onclick = guarded(async () => {
	const mine = edition;
	const { Mailboxes, More } = await json(address(`&kind=address&after=${encodeURIComponent(mailboxes.at(-1).Address)}`));
	if (mine !== edition) return;
	mailboxes = [...mailboxes, ...Mailboxes];
	hasMore = More;
	showMailboxes();
	showPlace();
});

const filterSoon = soon(() => { mailboxes = []; return refresh(); }, 150);
$('mailbox-filter').oninput = filterSoon;

// --- saved searches

const KEY = 'smtpd.searches';

function readSaved() {
	try {
		const saved = JSON.parse(localStorage.getItem(KEY) ?? '[]');
		return Array.isArray(saved) ? saved.filter(one => typeof one?.name === 'string' && typeof one?.query === 'string') : [];
	} catch {
		return [];
	}
}

export function saveSearch(name, query) {
	localStorage.setItem(KEY, JSON.stringify([...readSaved().filter(one => one.name !== name), { name, query }]));
	showSaved();
}

export function showSaved() {
	const saved = readSaved();
	$('saved-part').hidden = saved.length === 0;
	$('saved').replaceChildren(...saved.map(({ name, query }) => {
		const item = entry(name, { kind: 'search', name: query }, { name: 'search' });
		item.append(button(`Forget the search ${name}`, () => {
			localStorage.setItem(KEY, JSON.stringify(readSaved().filter(one => one.name !== name)));
			showSaved();
		}, { name: 'close', quiet: true }));
		return item;
	}));
	showPlace();
}

addEventListener('storage', event => { if (event.key === KEY) showSaved(); });

// --- where we are

export function setPlace(next) {
	place = next;
	openDrawer(false);
	showPlace();
}

function showPlace() {
	if (!place) return;
	const { kind, name } = place.list;
	const here = place.other ?? (name ? `${kind}\u0000${name}` : kind);
	for (const anchor of $('folders').querySelectorAll('[data-place]'))
		anchor.ariaCurrent = anchor.dataset.place === here ? 'page' : null;
}

export function counts(total, unread) {
	$('count-all').textContent = total ? number(total) : '';
	$('count-unread').replaceChildren(...unread ? [number(unread)] : []);
}
