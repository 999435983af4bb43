// Requests. A failure is told in the page; a lost sign-in leads to the sign-in.

import { $ } from './dom.js';

export class Refusal extends Error {
	constructor(status, text) {
		super(text);
		this.status = status;
	}
}

let leaving = false;
addEventListener('pagehide', () => { leaving = true; });
addEventListener('pageshow', () => { leaving = false; });

export async function request(path, options) {
	let answer;
	try {
		answer = await fetch(path, options);
	} catch (failure) {
		if (failure.name === 'AbortError') throw failure;
		throw new Refusal(0, 'The server cannot be reached.');
	}
	if (answer.ok) return answer;
	if (answer.status === 401) {
		leaving = true;
		location.assign(`login?next=${encodeURIComponent(location.pathname + location.hash)}`);
	}
	const told = await answer.json().catch(() => null);
	throw new Refusal(answer.status, told?.Error || `${answer.status} ${answer.statusText}`);
}

export const json = async (path, options) => (await request(path, options)).json();

export const send = (method, path, body, options) =>
	request(path, { method, headers: { 'Content-Type': 'application/json' }, body: body === undefined ? undefined : JSON.stringify(body), ...options });

export function trouble(failure) {
	if (leaving || failure?.name === 'AbortError') return;
	$('trouble').firstElementChild.textContent = failure.message;
	$('trouble').hidden = false;
}

export function untroubled() {
	$('trouble').hidden = true;
}

$('trouble').querySelector('button').onclick = untroubled;

// What fails inside is told, and gives undefined.
export const guarded = act => async (...given) => {
	try {
		return await act(...given);
	} catch (failure) {
		if (!(failure instanceof Refusal) && failure?.name !== 'AbortError') console.error(failure);
		trouble(failure);
		return undefined;
	}
};

// Days in searches begin where the reader is, if the server knows that place.
let zone = Intl.DateTimeFormat().resolvedOptions().timeZone || '';
const inZone = () => zone ? `&tz=${encodeURIComponent(zone)}` : '';

export async function withZone(path, ask) {
	try {
		return await ask(path + inZone());
	} catch (failure) {
		if (!zone || failure.status !== 400 || !failure.message.startsWith('tz')) throw failure;
		zone = '';
		return ask(path);
	}
}
