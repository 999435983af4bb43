// Where we are: the part of the address behind '#'.
//   #/  #/unread  #/starred  #/tag/T  #/mailbox/M  #/search/Q   a list, and behind each /message/ID or /from/N
//   #/status  #/people                                          another view

const NAMED = ['tag', 'mailbox', 'search'];
const PLAIN = ['unread', 'starred'];
const OTHER = ['status', 'people'];

function decoded(text) {
	try { return decodeURIComponent(text); } catch { return text; }
}

export function read(hash) {
	const words = hash.replace(/^#?\/?/, '').split('/').map(decoded);
	const place = { list: { kind: 'all', name: '' }, message: null, from: 0, other: null };
	if (OTHER.includes(words[0])) return { ...place, other: words[0] };
	if (NAMED.includes(words[0]) && words[1]) place.list = { kind: words.shift(), name: words.shift() };
	else if (PLAIN.includes(words[0])) place.list = { kind: words.shift(), name: '' };
	if (words[0] === 'message' && /^[0-9a-f]{24}$/.test(words[1] ?? '')) place.message = words[1];
	if (words[0] === 'from' && /^[0-9]{1,9}$/.test(words[1] ?? '')) place.from = Number(words[1]);
	return place;
}

export function listHash({ kind, name }) {
	return kind === 'all' ? '#/' : name ? `#/${kind}/${encodeURIComponent(name)}` : `#/${kind}`;
}

export const messageHash = (list, id) => `${listHash(list).replace(/\/$/, '')}/message/${id}`;

// A value of an operator: quoted where it would end early.
export const quoted = text => `"${text.replace(/"/g, '')}"`;

// The search that finds what a list holds; empty for everything.
export function queryOf({ kind, name }) {
	switch (kind) {
		case 'unread': return 'is:unread';
		case 'starred': return 'is:starred';
		case 'tag': return `tag:${quoted(name)}`;
		case 'mailbox': return name.includes('@') ? `mailbox:${name}` : `domain:${name}`;
		case 'search': return name;
		default: return '';
	}
}

export function titleOf({ kind, name }) {
	switch (kind) {
		case 'unread': return 'Unread';
		case 'starred': return 'Starred';
		case 'search': return 'Search';
		case 'tag': case 'mailbox': return name;
		default: return 'All mail';
	}
}

// The address of the list's messages, without members of its query but those that it needs.
export function addressOf(list) {
	if (list.kind === 'all') return 'api/v1/messages?';
	if (list.kind === 'mailbox') return `api/v1/mailbox/${encodeURIComponent(list.name)}?`;
	return `api/v1/search?query=${encodeURIComponent(queryOf(list))}&`;
}
