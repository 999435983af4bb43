// Elements. Text goes into them by textContent or by an attribute that cannot act, and in no other way.

export const $ = id => document.getElementById(id);

export function element(tag, className, text) {
	const made = document.createElement(tag);
	if (className) made.className = className;
	if (text !== undefined) made.textContent = text;
	return made;
}

const SVG = $('icons').namespaceURI;

export function shape(tag, attributes, ...inside) {
	const made = document.createElementNS(SVG, tag);
	for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, value);
	made.append(...inside);
	return made;
}

export const icon = name => shape('svg', { 'aria-hidden': true, viewBox: '0 0 24 24' }, shape('use', { href: `#i-${name}` }));

// In the page's own markup an icon is an attribute, and what it is called is shown to the mouse too.
for (const holder of document.querySelectorAll('[data-icon]')) {
	holder.prepend(icon(holder.dataset.icon));
	if (!holder.title && holder.ariaLabel) holder.title = holder.ariaLabel;
}

export function button(text, act, { name, quiet } = {}) {
	const made = element('button', quiet ? 'quiet' : '');
	made.type = 'button';
	if (name) {
		made.append(icon(name));
		made.ariaLabel = text;
		made.title = text;
	} else {
		made.textContent = text;
	}
	made.onclick = act;
	return made;
}

export function link(text, href, className) {
	const made = element('a', className, text);
	made.href = href;
	return made;
}

// A labelled field for a form of ours.
export function field(text, attributes = {}) {
	const label = element('label', '', text);
	const input = element('input');
	for (const [name, value] of Object.entries(attributes)) typeof value === 'boolean' ? input.toggleAttribute(name, value) : input.setAttribute(name, value);
	if (input.type === 'checkbox') label.prepend(input, ' ');
	else label.append(input);
	label.input = input;
	return label;
}

// Shows a dialog, which is called what it says first; the value of the button that closes it, or empty when it is left otherwise.
export function choose(dialog) {
	dialog.returnValue = '';
	dialog.ariaLabel = dialog.querySelector('h2, p').textContent;
	dialog.showModal();
	return new Promise(resolve => dialog.addEventListener('close', () => resolve(dialog.returnValue), { once: true }));
}

export async function ask(question, yes = 'Delete') {
	$('question').textContent = question;
	$('yes').textContent = yes;
	return await choose($('confirm')) === 'yes';
}

// A short note at the bottom; with a button when there is something to do about it.
export function toast(text, { act, label, seconds = 5 } = {}) {
	const note = element('div', 'toast');
	note.append(element('span', '', text));
	const close = () => { clearTimeout(timer); note.remove(); };
	if (act) note.append(button(label, () => { close(); act(); }));
	const timer = setTimeout(close, seconds * 1000);
	$('toasts').append(note);
	return close;
}

// Runs at most one at a time, a little later; what is asked for meanwhile is done once more at the end.
export function soon(work, pause) {
	let timer = 0, running = false, again = false;
	const run = async () => {
		timer = 0;
		running = true;
		try { await work(); } finally {
			running = false;
			if (again) { again = false; start(); }
		}
	};
	const start = () => {
		if (running) again = true;
		else timer ||= setTimeout(run, pause);
	};
	return start;
}
