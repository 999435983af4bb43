// The search box: the language of searches, completion, saved searches.

import { $, choose, element } from './dom.js';
import { listHash, quoted } from './place.js';
import { mailboxNames, saveSearch, tagNames } from './folders.js';

const box = $('query'), offers = $('completions');

// What an operator is for, and what may stand behind it.
const OPERATORS = {
	'from:': 'words in the sender', 'to:': 'words in To', 'cc:': 'words in Cc', 'bcc:': 'words in Bcc', 'reply-to:': 'words in Reply-To',
	'addressed:': 'words in any address', 'subject:': 'words in the subject', 'filename:': 'words in the name of an attachment',
	'message-id:': 'words in the Message-ID', 'header:': 'a header, as header:X-Mailer=swaks', 'tag:': 'messages with a tag',
	'mailbox:': 'mail for an address', 'domain:': 'mail for a domain', 'is:': 'read, unread, starred, tagged', 'has:': 'attachment, inline',
	'after:': 'received since: 2026-11-21, today, 7d', 'before:': 'received earlier: 2026-11, yesterday, 1y', 'larger:': 'more octets: 500k, 5M', 'smaller:': 'fewer octets',
};

const VALUES = {
	'is:': () => ['unread', 'read', 'starred', 'tagged'],
	'has:': () => ['attachment', 'inline'],
	'after:': () => ['today', 'yesterday', '7d', '1m', '1y'],
	'before:': () => ['today', 'yesterday', '7d', '1m', '1y'],
	'larger:': () => ['100k', '1M', '10M'],
	'smaller:': () => ['10k', '100k', '1M'],
	'tag:': () => tagNames(),
	'mailbox:': () => mailboxNames(),
	'domain:': () => [...new Set(mailboxNames().map(name => name.slice(name.lastIndexOf('@') + 1)))],
};

const HELP = [
	['invoice', 'words that begin so'], ['"for you"', 'these words, in this order'], ['-invoice', 'not that'],
	...Object.entries(OPERATORS),
];

export const help = () => choose($('help'));
$('help-list').replaceChildren(...HELP.flatMap(([term, text]) => {
	const name = element('dt');
	name.append(element('code', '', term));
	return [name, element('dd', '', text)];
}));
$('search-help').onclick = help;

// --- completion

let chosen = -1;

// The term in which the caret stands: where it begins, and what of it is there.
function term() {
	const before = box.value.slice(0, box.selectionStart);
	const start = /(?:[^\s"]|"[^"]*(?:"|$))*$/.exec(before).index;
	const negation = /^[-!]/.exec(before.slice(start))?.[0] ?? '';
	return { start: start + negation.length, text: before.slice(start + negation.length) };
}

function offered() {
	const { text } = term();
	const colon = text.indexOf(':');
	if (colon < 0) return text ? Object.keys(OPERATORS).filter(name => name.startsWith(text.toLowerCase())).map(name => [name, OPERATORS[name]]) : [];
	const operator = text.slice(0, colon + 1).toLowerCase(), value = text.slice(colon + 1).replace(/^"/, '').toLowerCase();
	const values = VALUES[operator]?.() ?? [];
	return values.filter(one => one.toLowerCase().includes(value) && one.toLowerCase() !== value).slice(0, 12)
		.map(one => [operator + (/[\s"]/.test(one) ? quoted(one) : one), '']);
}

function showOffers() {
	const all = offered();
	hideOffers();
	offers.replaceChildren(...all.map(([text, told], i) => {
		const item = element('li');
		item.role = 'option';
		item.id = `offer-${i}`;
		item.append(element('code', '', text));
		if (told) item.append(' ', element('span', 'muted', told));
		item.text = text;
		item.ariaSelected = false;
		// The box keeps the focus.
		item.onmousedown = event => { event.preventDefault(); take(item); };
		return item;
	}));
	offers.hidden = all.length === 0;
	box.ariaExpanded = all.length > 0;
}

function hideOffers() {
	offers.hidden = true;
	offers.replaceChildren();
	box.ariaExpanded = false;
	box.removeAttribute('aria-activedescendant');
	chosen = -1;
}

function take(item) {
	const { start } = term();
	const rest = box.value.slice(box.selectionStart);
	const text = item.text.endsWith(':') ? item.text : `${item.text} `;
	box.value = box.value.slice(0, start) + text + rest.trimStart();
	box.setSelectionRange(start + text.length, start + text.length);
	showOffers();
	showButtons();
}

function step(by) {
	const items = offers.children;
	if (items.length === 0) return;
	items[chosen]?.setAttribute('aria-selected', 'false');
	chosen = chosen < 0 && by < 0 ? items.length - 1 : (chosen + by + items.length) % items.length;
	items[chosen].ariaSelected = true;
	items[chosen].scrollIntoView({ block: 'nearest' });
	box.setAttribute('aria-activedescendant', items[chosen].id);
}

box.addEventListener('keydown', event => {
	if (event.key === 'ArrowDown' || event.key === 'ArrowUp') {
		if (offers.hidden) showOffers();
		step(event.key === 'ArrowDown' ? 1 : -1);
		event.preventDefault();
	} else if ((event.key === 'Enter' || event.key === 'Tab') && chosen >= 0) {
		take(offers.children[chosen]);
		event.preventDefault();
	} else if (event.key === 'Escape') {
		if (offers.hidden) box.blur(); else hideOffers();
		event.preventDefault();
		event.stopPropagation();
	}
});
box.addEventListener('input', () => { showOffers(); showButtons(); });
box.addEventListener('blur', hideOffers);

// --- searching

function showButtons() {
	$('clear-search').hidden = box.value === '';
	$('save-search').hidden = box.value.trim() === '';
}

export function focus() {
	box.focus();
	box.select();
}

// What a list finds stands in the box, so that it can be narrowed.
export function show({ kind, name }) {
	box.value = kind === 'search' ? name : '';
	showButtons();
	hideOffers();
}

$('search').addEventListener('submit', event => {
	event.preventDefault();
	hideOffers();
	const query = box.value.trim();
	location.hash = listHash(query ? { kind: 'search', name: query } : { kind: 'all' });
	$('scroll').focus();
});
$('clear-search').onclick = () => { box.value = ''; location.hash = '#/'; showButtons(); box.focus(); };
$('save-search').onclick = async () => {
	const query = box.value.trim();
	$('search-name').value = query.slice(0, 60);
	if (await choose($('saving')) === 'save' && $('search-name').value.trim()) saveSearch($('search-name').value.trim(), query);
};
