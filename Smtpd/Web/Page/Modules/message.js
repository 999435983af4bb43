// One message in its pane.

import { $, element, link, toast } from './dom.js';
import { guarded, json, request } from './api.js';
import { fully, mailbox, moment, person, size } from './format.js';
import { showFiles } from './files.js';
import { linked } from './views.js';
import * as views from './views.js';
import * as list from './list.js';
import { messageHash } from './place.js';

let opened = null;       // as the server told it
let openId = null;
let shown = null;        // the name of the view
let tabWanted = null;    // the reader's own choice, until another message is opened
let isRemote = false;

export const openedMessage = () => opened;
export const isOpen = () => openId !== null;

// --- what is said above the text

function people(who) {
	return who.filter(one => one && (one.Address || one.Name)).map(mailbox).join(', ');
}

function showWho(message) {
	const from = element('strong', '', person(message.From) || '(no sender)');
	from.dir = 'auto';
	const lines = [element('div'), element('div', 'muted')];
	lines[0].append(from);
	if (message.From?.Name && message.From.Address) lines[0].append(' ', element('span', 'muted', `<${message.From.Address}>`));
	const to = element('bdi', '', people([...(message.To ?? []), ...(message.Cc ?? [])]) || people(message.Bcc ?? []) || 'nobody who is named');
	lines[1].append('to ', to);
	$('who').replaceChildren(...lines);
	const name = person(message.From) || '?';
	$('avatar').textContent = ([...name.replace(/[^\p{L}\p{N}]/gu, '')][0] ?? '?').toUpperCase();
	let sum = 0;
	for (const letter of message.From?.Address ?? '') sum = (sum * 31 + letter.codePointAt(0)) % 997;
	$('avatar').className = `hue${sum % 6}`;
	const date = message.Date || message.Created;
	$('date').textContent = moment(date);
	$('date').title = fully(date);
	$('date').dateTime = date;
}

function showFields(message) {
	const { Envelope: envelope, ListUnsubscribe: list } = message;
	const rows = [
		['From', people([message.From])], ['To', people(message.To)], ['Cc', people(message.Cc)], ['Bcc', people(message.Bcc)], ['Reply-To', people(message.ReplyTo)],
		['Return-Path', `<${message.ReturnPath}>`],
		['Message-ID', message.MessageID && `<${message.MessageID}>`],
		['Size', size(message.Size)],
		['Keywords', message.Keywords.join(', ')],
		['Signed in', message.Username],
		['Envelope', `<${envelope.From}> to ${envelope.To.join(', ')}`],
		['Received from', `${envelope.IP} (${envelope.Helo})${envelope.TLS ? `, ${envelope.TLS}` : ', without TLS'}`],
		['Way', message.Trace.map(hop => [hop.From || hop.Name || hop.Address, hop.By].filter(Boolean).join(' → ')).filter(Boolean).join('; ')],
	].filter(([, text]) => text).map(([name, text]) => [name, [text]]);
	if (list.Links.length) rows.push(['Unsubscribe', list.Links.flatMap((address, i) => [i ? ', ' : '', ...linked(address)])]);
	$('fields').replaceChildren(...rows.flatMap(([name, content]) => {
		const value = element('dd');
		value.append(...content);
		return [element('dt', '', name), value];
	}));
}

function showTags(message) {
	$('message-tags').replaceChildren(...message.Tags.map(tag => {
		const item = element('li');
		item.append(link(tag, `#/tag/${encodeURIComponent(tag)}`, 'tag'));
		return item;
	}));
	$('message-tags').hidden = message.Tags.length === 0;
}

function showMarks() {
	const message = list.find(openId) ?? opened;
	if (!message) return;
	const isStarred = !!(list.find(openId)?.Starred ?? opened?.Starred);
	$('star').ariaPressed = isStarred;
}

// --- the view

// Whether the HTML means anything that lies elsewhere.
const REMOTE = /(?:src|srcset|background|url\()[\s="']*(?:https?:)?\/\//i;

export const VIEWS = ['html', 'text', 'headers', 'source', 'parts'];

const show = guarded(async name => {
	const message = opened;
	if (!message || $(`tab-${name}`).hidden) return;
	shown = name;
	for (const one of VIEWS) {
		const tab = $(`tab-${one}`), isShown = one === name;
		tab.ariaSelected = isShown;
		tab.tabIndex = isShown ? 0 : -1;
	}
	$('view').setAttribute('aria-labelledby', `tab-${name}`);
	$('widths').hidden = name !== 'html';
	$('remote').hidden = name !== 'html' || isRemote || !REMOTE.test(message.HTML);
	if (name === 'html' && !isRemote) countBlocked(message);
	put(null);
	const made = await views[name](message, { remote: isRemote });
	if (opened === message && shown === name) put(made);
	else made.end?.();
});

// The server knows what it left away; until it has said so a guess is shown, so that nothing moves.
const countBlocked = guarded(async message => {
	const { headers } = await request(`view/${message.ID}.html`, { method: 'HEAD' });
	if (opened === message && shown === 'html' && !isRemote) $('remote').hidden = headers.get('Smtpd-Blocked-Pictures') === '0';
});

function put(made) {
	for (const one of $('view').children) one.end?.();
	$('view').replaceChildren(...made ? [made] : []);
	$('view').className = shown ?? '';
}

// Wanted before the message is there, it is shown as soon as it is.
export function choose(name) {
	tabWanted = name;
	return show(name);
}

for (const name of VIEWS) {
	$(`tab-${name}`).setAttribute('aria-controls', 'view');
	$(`tab-${name}`).onclick = () => choose(name);
}
$('tabs').addEventListener('keydown', event => {
	if (event.target.getAttribute('role') !== 'tab') return;
	const tabs = VIEWS.map(name => $(`tab-${name}`)).filter(tab => !tab.hidden);
	const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
	const at = step ? (tabs.indexOf(event.target) + step + tabs.length) % tabs.length : event.key === 'Home' ? 0 : event.key === 'End' ? tabs.length - 1 : -1;
	if (at < 0) return;
	event.preventDefault();
	tabs[at].focus();
	tabs[at].click();
});
for (const one of $('widths').children) one.onclick = () => views.setWidth(Number(one.dataset.width));
export const loadRemote = () => { if (opened && !$('remote').hidden) { isRemote = true; show('html'); } };
$('load-remote').onclick = loadRemote;

// --- opening

function head(message) {
	$('subject').textContent = message.Subject || '(no subject)';
	showWho(message);
	showTags(message);
	showMarks();
}

export function close() {
	if (openId === null) return;
	openId = opened = null;
	shown = tabWanted = null;
	put(null);
	$('message').hidden = true;
	document.body.classList.remove('reading');
	list.setOpen(null);
}

export const open = guarded(async id => {
	if (openId === id && opened) return;
	const before = list.find(id);
	put(null);
	openId = id;
	opened = null;
	shown = tabWanted = null;
	isRemote = false;
	$('gone').hidden = true;
	$('message').hidden = false;
	$('message').ariaBusy = true;
	$('letter').scrollTop = 0;
	document.body.classList.add('reading');
	list.setOpen(id);
	// What the list knows is there at once.
	$('details').open = false;
	if (before) head(before);
	else { $('subject').textContent = '\u00a0'; $('who').replaceChildren(); $('date').textContent = ''; }
	$('fields').replaceChildren();
	$('warnings').replaceChildren();
	if (!before || before.Attachments === 0) $('files').hidden = true;
	$('back').href = list.home();
	$('elsewhere').href = messageHash({ kind: 'all' }, id);
	$('download').href = `api/v1/message/${id}/raw?dl=1`;
	let message;
	try {
		message = await json(`api/v1/message/${id}`);
	} catch (failure) {
		if (openId !== id) return;
		$('message').ariaBusy = null;
		if (failure.status !== 404) throw failure;
		$('subject').textContent = 'This message is not there.';
		lost('It was deleted, or it is not yours to read.');
		return;
	}
	if (openId !== id) return;
	opened = message;
	$('message').ariaBusy = null;
	list.changed({ ID: id, Read: true });
	head(message);
	showFields(message);
	showFiles(message);
	$('warnings').replaceChildren(...message.Warnings.map(text => element('li', '', text)));
	$('tab-html').hidden = !message.HTML;
	$('tab-text').hidden = !message.Text && !message.ShownText && !!message.HTML;
	await show(tabWanted && !$(`tab-${tabWanted}`).hidden ? tabWanted : message.HTML ? 'html' : 'text');
});

function lost(text) {
	$('gone').textContent = text;
	$('gone').hidden = false;
}

// --- news

export function changed(change) {
	if (change.ID !== openId || !opened) return;
	if (change.Tags !== undefined) { opened.Tags = change.Tags; showTags(opened); }
	if (change.Starred !== undefined) opened.Starred = change.Starred;
	showMarks();
}

// What is being read stays, and says so.
export function removed(ids) {
	if (openId && ids.includes(openId)) lost('This message has been deleted. What is shown is all that is left of it.');
}

export const checkStillThere = guarded(async () => {
	const id = openId;
	if (!id) return;
	const answer = await fetch(`api/v1/message/${id}/raw`, { method: 'HEAD' }).catch(() => null);
	if (answer?.status === 404 && openId === id) removed([id]);
});

$('copy-link').onclick = guarded(async () => {
	await navigator.clipboard.writeText($('elsewhere').href);
	toast('The link is copied.');
});

// A frame has no pages: HTML is printed in a window of its own, as whatever it is long.
export function print() {
	if (!opened) return;
	if (shown !== 'html') { window.print(); return; }
	window.open(`view/${openId}.html?header=1${isRemote ? '&remote=1' : ''}`, '_blank', 'noopener');
	toast('The message is in a window of its own: print it there.');
}
$('print').onclick = print;

// Whoever prints the page itself gets the frame as high as a mail of this length may need.
addEventListener('beforeprint', () => {
	const frame = document.querySelector('#view iframe');
	if (frame && opened) frame.style.setProperty('--sheet', `${Math.min(30000, 1200 + Math.ceil(Math.max(opened.Text.length, opened.HTML.length / 6) / 2))}px`);
});
