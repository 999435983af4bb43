// The keys, and the list of them that '?' shows.

import { $, choose, element } from './dom.js';

const WAIT = 1500;   // milliseconds between g and what follows

let acts = {};
let prefix = null, prefixTimer = 0;

const KEYS = [
	[['j', 'k'], 'next, previous message', { j: 'next', k: 'previous', ArrowDown: 'down', ArrowUp: 'up' }],
	[['o', 'Enter'], 'open', { o: 'open', Enter: 'open' }],
	[['u', 'Esc'], 'back to the list', { u: 'back', Escape: 'escape' }],
	[['x'], 'choose; with Shift, all up to here', { x: 'pick', X: 'pickRange' }],
	[['a'], 'choose all that match', { a: 'pickAll' }],
	[['*', 's'], 'star', { '*': 'star', s: 'star' }],
	[['t'], 'tag', { t: 'tag' }],
	[['#', 'Del'], 'delete', { '#': 'delete', Delete: 'delete' }],
	[['z'], 'undo the deletion', { z: 'undo' }],
	[['Shift+I', 'Shift+U'], 'mark read, unread', { I: 'read', U: 'unread' }],
	[['b'], 'block who sent it', { b: 'block' }],
	[['1', '…', '5'], 'HTML, text, headers, source, parts', { 1: 'html', 2: 'text', 3: 'headers', 4: 'source', 5: 'parts' }],
	[['w'], 'width of the HTML', { w: 'width' }],
	[['l'], 'load remote content', { l: 'remote' }],
	[['d'], 'download the source', { d: 'download' }],
	[['p'], 'print', { p: 'print' }],
	[['v'], 'open in a new window', { v: 'elsewhere' }],
	[['/'], 'search', { '/': 'search' }],
	[['g a', 'g u', 'g s'], 'go to all mail, unread, starred', {}],
	[['g m', 'g b'], 'go to the filter of mailboxes; the mailboxes', {}],
	[['g t', 'g p'], 'go to status, people', {}],
	[['?'], 'these keys', { '?': 'help' }],
];

const SINGLE = Object.assign({}, ...KEYS.map(([, , names]) => names));
const AFTER_G = { a: 'goAll', i: 'goAll', u: 'goUnread', s: 'goStarred', m: 'goFilter', b: 'goFolders', t: 'goStatus', p: 'goPeople', g: 'goTop' };

export function show() {
	$('key-list').replaceChildren(...KEYS.flatMap(([names, text]) => {
		const keys = element('dt');
		names.forEach((name, i) => {
			if (i) keys.append(' ');
			name.split(' ').forEach((one, j) => { if (j) keys.append(' '); keys.append(element('kbd', '', one)); });
		});
		return [keys, element('dd', '', text)];
	}));
	return choose($('keys'));
}
$('show-keys').onclick = show;

const isTyping = target => target.isContentEditable || target.matches('input:not([type=checkbox]), textarea, select');

function pressed(event) {
	if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return;
	if (document.querySelector('dialog[open]') || isTyping(event.target)) return;
	const wasG = prefix;
	prefix = null;
	clearTimeout(prefixTimer);
	const name = wasG ? AFTER_G[event.key] : SINGLE[event.key];
	if (!wasG && event.key === 'g') {
		prefix = 'g';
		prefixTimer = setTimeout(() => { prefix = null; }, WAIT);
		return;
	}
	if (!name || !acts[name]) return;
	// What the focused control does with a key comes first.
	const control = event.target.closest('a, button, summary, [role=tab], input');
	if (event.key === 'Enter' && control) return;
	if (name === 'down' || name === 'up') { if (!event.target.closest('#list')) return; }
	if (acts[name](event) !== false) event.preventDefault();
}

export function begin(given) {
	acts = given;
	addEventListener('keydown', pressed);
}
