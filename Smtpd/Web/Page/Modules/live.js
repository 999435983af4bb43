// News from the server: by a websocket; where none comes through, by an event stream; else by asking now and then.

import { $ } from './dom.js';
import { json, request } from './api.js';

const FIRST_PAUSE = 1000, LONGEST_PAUSE = 10_000;
const ASKING = 10_000;
const FAILED_SOCKETS = 2, FAILED_STREAMS = 2;

const TEXTS = { live: 'live', stream: 'live', asking: 'asks every 10 s', lost: 'not connected', off: 'connecting' };
const TITLES = {
	live: 'New mail appears by itself (websocket).', stream: 'New mail appears by itself (event stream).',
	asking: 'Neither a websocket nor an event stream comes through.',
	lost: 'The connection is lost; the page tries again by itself.', off: 'Connecting.',
};

let hear = () => {}, fresh = () => {};
let pause = FIRST_PAUSE;
let failedSockets = 0, failedStreams = 0;
let timer = 0;
let stop = () => {};

function show(state) {
	$('live').textContent = TEXTS[state];
	$('live').title = TITLES[state];
	$('live').className = state;
}

function heard(text) {
	const { Type, Data } = JSON.parse(text);
	hear(Type, Data);
}

// A refusal does not say why; a request does, and leads to the sign-in where that is it. While the server is away no way is at fault.
function again() {
	show('lost');
	clearTimeout(timer);
	timer = setTimeout(async () => {
		const isAway = await request('api/v1/webui').then(() => false, failure => failure.status === 0);
		if (isAway) again(); else connect();
	}, pause);
	pause = Math.min(pause * 2, LONGEST_PAUSE);
}

function connect() {
	clearTimeout(timer);
	if (typeof WebSocket === 'function' && failedSockets < FAILED_SOCKETS) bySocket();
	else if (typeof EventSource === 'function' && failedStreams < FAILED_STREAMS) byStream();
	else byAsking();
}

function connectAnew() {
	pause = FIRST_PAUSE;
	failedSockets = failedStreams = 0;
	connect();
}

function bySocket() {
	const address = new URL('api/events', location.href);
	address.protocol = address.protocol === 'https:' ? 'wss:' : 'ws:';
	address.hash = '';
	let isOpen = false, isDone = false;
	const socket = new WebSocket(address);
	stop = () => { isDone = true; socket.close(); };
	// One for which there is no place is opened and closed without a word.
	socket.onmessage = ({ data }) => {
		if (!isOpen) { isOpen = true; failedSockets = 0; pause = FIRST_PAUSE; show('live'); fresh(); }
		heard(data);
	};
	socket.onclose = () => {
		if (isDone) return;
		if (!isOpen) failedSockets++;
		again();
	};
}

function byStream() {
	const stream = new EventSource('api/v1/events');
	let isOpen = false;
	stop = () => stream.close();
	stream.onopen = () => { isOpen = true; failedStreams = 0; pause = FIRST_PAUSE; show('stream'); fresh(); };
	for (const name of ['stats', 'new', 'update', 'delete', 'truncate', 'prune']) stream.addEventListener(name, ({ data }) => heard(data));
	stream.onerror = () => {
		stream.close();
		if (!isOpen) failedStreams++;
		again();
	};
}

function byAsking() {
	let before = '', isOver = false, isLost = false;
	stop = () => { isOver = true; clearTimeout(timer); };
	const look = async () => {
		try {
			const { total, unread, messages: [newest] } = await json('api/v1/messages?limit=1');
			if (isOver) return;
			show('asking');
			const now = `${total} ${unread} ${newest?.ID}`;
			if (now !== before) fresh();
			before = now;
			hear('stats', { Total: total, Unread: unread });
			if (isLost) { connectAnew(); return; }
		} catch {
			if (isOver) return;
			isLost = true;
			show('lost');
		}
		timer = setTimeout(look, ASKING);
	};
	look();
}

// hear(type, data) for each piece of news; fresh() when something may have been missed.
export function begin(onNews, onFresh) {
	hear = onNews;
	fresh = onFresh;
	show('off');
	connect();
}

// A machine that slept, or a network that came back, need not wait.
addEventListener('online', () => {
	if ($('live').className === 'lost') connectAnew();
});
// A page that is kept in the browser's memory has no connections.
addEventListener('pagehide', () => { stop(); clearTimeout(timer); });
addEventListener('pageshow', event => { if (event.persisted) connect(); });
