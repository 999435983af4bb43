// How the server is: what an operator looks at.

import { button, element } from './dom.js';
import { json } from './api.js';
import { ago, number, size, when } from './format.js';
import { plot } from './plot.js';

const PAUSE = 2000;            // milliseconds between two looks
const KEPT = { second: 600, minute: 1440 };
const SPAN = { second: 'the last ten minutes', minute: 'the last day' };

const count = value => value === null ? '–' : value < 10 && value % 1 ? value.toFixed(1) : number(Math.round(value));
const octets = value => value === null ? '–' : size(value);
const time = value => value === null ? '–' : value < 0.001 ? `${Math.round(value * 1e6)} µs` : value < 1 ? `${(value * 1000).toFixed(1)} ms` : `${value.toFixed(2)} s`;
const each = (values, by) => values.map(value => value === null ? null : value / by);

const REASONS = { Recipient: 'recipient', Blocked: 'blocked', Limited: 'limits', Spam: 'spam', Size: 'size', Malformed: 'malformed', SignIn: 'sign-in', Store: 'store', Other: 'other' };
const LISTENER = listener => `${listener.Protocol} ${listener.Address}`;

// Title, what is drawn, how it is written.
const PLOTS = [
	['Messages per second', s => [{ name: '', values: each(s.Messages, s.Step) }], count],
	['Octets per second', s => [{ name: '', values: each(s.Octets, s.Step) }], octets],
	['Open connections', s => [{ name: 'SMTP', values: s.OpenConnections }, { name: 'web', values: s.OpenWebConnections }], count],
	['Messages by listener', s => s.Listeners.map((one, i) => ({ name: s.names[i], values: each(one.Messages ?? [], s.Step) })).filter(one => one.values.length && !one.name.startsWith('http')), count],
	['Rejections by reason', s => Object.entries(s.Rejections).map(([name, values]) => ({ name: REASONS[name] ?? name, values })), count],
	['Time of a commit', s => [{ name: 'half', values: s.CommitP50 }, { name: '95 %', values: s.CommitP95 }, { name: '99 %', values: s.CommitP99 }], time],
	['Waiting to be committed', s => [{ name: '', values: s.Waiting }], count],
	['Memory', s => [{ name: 'process', values: s.Memory }, { name: 'managed', values: s.ManagedMemory }], octets],
	['Processor', s => [{ name: '', values: each(s.Cpu, s.Step / 100) }], value => value === null ? '–' : `${Math.round(value)} %`],
	['Size of the store', s => [{ name: '', values: s.StoreSize }], octets],
	['Free disk', s => [{ name: '', values: s.FreeDisk }], octets],
];

const tile = (name, value) => {
	const one = element('div');
	one.append(element('dt', '', name), element('dd', '', value));
	return one;
};

function table(caption, heads, rows) {
	const around = element('div', 'wide');
	around.tabIndex = 0;
	around.role = 'region';
	around.ariaLabel = caption;
	const made = element('table');
	const head = element('tr');
	for (const name of heads) { const cell = element('th', '', name); cell.scope = 'col'; head.append(cell); }
	const body = element('tbody');
	for (const row of rows) {
		const line = element('tr');
		line.append(...row.map(text => { const cell = element('td', '', text); cell.dir = 'auto'; return cell; }));
		body.append(line);
	}
	const top = element('thead');
	top.append(head);
	made.append(top, body);
	around.append(made);
	return around;
}

// Series that follow on those that are here.
function joined(before, next) {
	if (!before || before.Resolution !== next.Resolution || next.From !== before.Until) return next.Messages.length || !before ? next : before;
	const join = (one, another) => Array.isArray(one)
		? (one.length && typeof one[0] === 'object' && one[0] !== null ? one.map((item, i) => join(item, another[i])) : [...one, ...another].slice(-KEPT[next.Resolution]))
		: Object.fromEntries(Object.keys(one).map(key => [key, join(one[key], another[key])]));
	const made = { ...next };
	for (const [name, value] of Object.entries(before)) if (typeof next[name] === 'object' && next[name] !== null) made[name] = join(value, next[name]);
	made.From = Math.max(before.From, next.Until - KEPT[next.Resolution] * next.Step);
	return made;
}

export function show(ground) {
	let timer = 0, isOver = false, series = null, resolution = 'second';
	const state = element('p', 'notice');
	state.role = 'status';
	state.hidden = true;
	const tiles = element('dl', 'tiles');
	const choice = element('div', 'line');
	choice.role = 'group';
	choice.ariaLabel = 'Time';
	const plots = element('div', 'plots');
	const drawn = PLOTS.map(([title]) => plot(title));
	const listeners = element('div'), rejections = element('div'), versions = element('dl', 'tiles'), settings = element('div');
	plots.append(...drawn);
	for (const [name, text] of [['second', 'Ten minutes'], ['minute', 'A day']]) {
		const one = button(text, () => {
			resolution = name;
			series = null;
			for (const other of choice.children) other.ariaPressed = other === one;
			look();
		});
		one.ariaPressed = name === resolution;
		choice.append(one);
	}
	ground.append(element('h2', '', 'Status'), state, tiles, element('h3', '', 'Over time'), choice, plots,
		element('h3', '', 'Listeners'), listeners, element('h3', '', 'Turned away last'), rejections, element('h3', '', 'Versions'), versions, element('h3', '', 'Settings in force'), settings);
	choice.classList.add('times');

	function showNow(now) {
		tiles.replaceChildren(
			tile('Accepted', number(now.Mail.Accepted)), tile('Rejected', number(now.Mail.Rejected)), tile('Stored', number(now.Store.Messages)), tile('Unread', number(now.Store.Unread)),
			tile('Open connections', number(now.Mail.OpenConnections)), tile('Waiting', number(now.Mail.Waiting)), tile('Commit, 99 %', time(now.Commits.P99)),
			tile('Memory', size(now.Process.Memory)), tile('Store', size(now.Store.Size)), tile('Free disk', octets(now.Store.FreeDisk)), tile('Up', ago(now.Uptime)));
		const trouble = [now.Store.Trouble && `The store takes no mail: ${now.Store.Trouble}`, now.Search.Behind > 0 && `The search has ${number(now.Search.Behind)} messages still to read.`,
			now.Spool && `${number(now.Spool.Messages)} messages are on their way to the store.`].filter(Boolean).join(' ');
		state.textContent = trouble;
		state.hidden = !trouble;
		versions.replaceChildren(...Object.entries(now.Versions).map(([name, text]) => tile(name, text || '–')), tile('Store', now.Store.Description));
		listeners.replaceChildren(table('Listeners', ['Listener', 'TLS', 'Open', 'Connections', 'Messages'],
			now.Listeners.map(one => [LISTENER(one), one.TLS, ...[one.OpenConnections, one.Connections, one.Messages].map(value => value === null ? '–' : number(value))])));
		series = joined(series, now.Series);
		series.names = now.Listeners.map(LISTENER);
		PLOTS.forEach(([, values, write], i) => drawn[i].draw(values(series), write, SPAN[resolution]));
	}

	async function look() {
		clearTimeout(timer);
		const asked = resolution;
		try {
			const now = await json(`api/v1/status?resolution=${asked}${series ? `&since=${series.Until}` : ''}`);
			if (isOver || asked !== resolution) return;
			showNow(now);
			const { Rejections, Total } = await json('api/v1/status/rejections?limit=50');
			if (isOver) return;
			rejections.replaceChildren(Total === 0 ? element('p', 'muted', 'Nothing was turned away since the program began.') : table('Turned away last', ['When', 'Client', 'From', 'To', 'Answer', 'Reason'],
				Rejections.map(one => [when(one.Time), `${one.Client} ${one.Helo}`, `<${one.From}>`, one.Recipients > 1 ? `${one.To} and ${one.Recipients - 1} more` : one.To, `${one.Code} ${one.Enhanced} ${one.Text}`, REASONS[one.Reason] ?? one.Reason])));
		} catch (failure) {
			if (isOver) return;
			state.textContent = failure.message;
			state.hidden = false;
		}
		timer = setTimeout(look, document.hidden ? PAUSE * 5 : PAUSE);
	}

	async function readSettings() {
		try {
			const { Source, Settings, Notices } = await json('api/v1/status/settings');
			settings.replaceChildren(element('p', 'muted', `From ${Source}.`), ...Notices.map(one => element('p', '', `${one.Level}: ${one.Text}`)),
				table('Settings', ['Setting', 'Value', 'Where from'], Settings.map(one => [one.WrittenAs ? `${one.Name} (${one.WrittenAs})` : one.Name, one.Value, one.Origin])));
		} catch (failure) {
			settings.replaceChildren(element('p', 'muted', failure.message));
		}
	}

	look();
	readSettings();
	return { end() { isOver = true; clearTimeout(timer); } };
}

