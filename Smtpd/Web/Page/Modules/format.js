// Numbers, times and people as text.

const clock = new Intl.DateTimeFormat(undefined, { hour: '2-digit', minute: '2-digit' });
const day = new Intl.DateTimeFormat(undefined, { day: 'numeric', month: 'short' });
const date = new Intl.DateTimeFormat(undefined, { day: 'numeric', month: 'short', year: 'numeric' });
const short = new Intl.DateTimeFormat(undefined, { dateStyle: 'medium', timeStyle: 'short' });
const full = new Intl.DateTimeFormat(undefined, { dateStyle: 'full', timeStyle: 'medium' });
const grouped = new Intl.NumberFormat();

export const number = value => grouped.format(value);

export function size(octets) {
	if (octets < 1000) return `${octets} B`;
	for (const unit of ['kB', 'MB', 'GB', 'TB']) {
		octets /= 1000;
		if (octets < 999.5) return `${octets < 10 ? octets.toFixed(1) : Math.round(octets)} ${unit}`;
	}
	return `${Math.round(octets)} TB`;
}

export function when(text, now = new Date()) {
	const then = new Date(text);
	if (Number.isNaN(then.getTime())) return '';
	if (then.toDateString() === now.toDateString()) return clock.format(then);
	return then.getFullYear() === now.getFullYear() ? day.format(then) : date.format(then);
}

const written = format => text => {
	const then = new Date(text);
	return Number.isNaN(then.getTime()) ? '' : format.format(then);
};
export const moment = written(short);
export const fully = written(full);

// Without marks that are not seen, or that turn letters around: a file must not look like one of another kind.
export const legible = text => text.replace(/[\p{Cc}\u061c\u200b\u200e\u200f\u202a-\u202e\u2060-\u2069\ufeff]/gu, '').replace(/\s+/g, ' ');
export const person = who => who ? legible(who.Name || who.Address) : '';
export const mailbox = who => legible(who.Name ? (who.Address ? `${who.Name} <${who.Address}>` : who.Name) : who.Address);
export const plural = (count, one, many = one + 's') => `${number(count)} ${count === 1 ? one : many}`;

export function ago(seconds) {
	for (const [length, unit] of [[86400, 'day'], [3600, 'hour'], [60, 'minute']])
		if (seconds >= length) return plural(Math.floor(seconds / length), unit);
	return plural(Math.floor(seconds), 'second');
}
