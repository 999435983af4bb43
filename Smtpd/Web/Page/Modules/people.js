// Who signs in: the own account, and for superusers everybody.

import { ask, button, element, field, toast } from './dom.js';
import { guarded, json, send } from './api.js';
import { number, when } from './format.js';

const PAGE = 100;
const lines = text => text.split(/[\s,]+/).filter(Boolean);

function part(title, ...inside) {
	const section = element('section', 'card');
	section.append(element('h3', '', title), ...inside);
	return section;
}

// A form whose failures are told beside it.
function form(fields, text, act) {
	const made = element('form');
	const told = element('p', 'notice');
	told.role = 'alert';
	told.hidden = true;
	made.append(...fields, told, element('button', 'strong', text));
	made.onsubmit = async event => {
		event.preventDefault();
		told.hidden = true;
		made.lastElementChild.disabled = true;
		try { await act(made); } catch (failure) {
			told.textContent = failure.message;
			told.hidden = false;
		} finally {
			made.lastElementChild.disabled = false;
		}
	};
	return made;
}

const fresh = { type: 'password', autocomplete: 'new-password', maxlength: 1000, required: true };

// --- the own account

function password() {
	const old = field('Password now', { type: 'password', autocomplete: 'current-password', maxlength: 1000, required: true });
	const next = field('New password', fresh), again = field('The new one again', fresh);
	return part('Password', form([old, next, again], 'Change the password', async made => {
		if (next.input.value !== again.input.value) throw new Error('The new password is not the same in both places.');
		await send('PUT', 'api/v1/account/password', { Old: old.input.value, New: next.input.value });
		made.reset();
		toast('The password is changed. All other sessions have ended.');
	}));
}

function listed(path, member, write, { empty, name }) {
	const list = element('ul');
	list.read = guarded(async () => {
		const found = (await json(path))[member];
		list.replaceChildren(...found.map(one => {
			const item = element('li');
			item.append(element('span', '', write(one)));
			if (!one.Current) {
				item.append(button('End', guarded(async () => {
					if (!await ask(`End ${name(one)}?`, 'End it')) return;
					await send('DELETE', `${path}/${one.ID}`);
					await list.read();
				})));
			}
			return item;
		}));
		if (found.length === 0) list.append(element('li', 'muted', empty));
	});
	list.read();
	return list;
}

function tokens() {
	const told = element('div');
	const list = listed('api/v1/account/tokens', 'Tokens', one => `${one.Note || 'without a note'}, made ${when(one.Created)}, ${one.LastUsed ? `last used ${when(one.LastUsed)}` : 'never used'}`,
		{ empty: 'No tokens.', name: one => `the token ${one.Note || one.ID}` });
	const note = field('What it is for', { type: 'text', maxlength: 200 });
	return part('Tokens for programs', list, form([note], 'Make a token', async made => {
		const { Token } = await (await send('POST', 'api/v1/account/tokens', { Note: note.input.value })).json();
		made.reset();
		told.replaceChildren(element('p', '', 'This is the token. It is shown this once only.'), element('code', 'secret', Token));
		list.read();
	}), told);
}

function sessions() {
	return part('Sessions', listed('api/v1/account/sessions', 'Sessions', one => `${one.Current ? 'This one, begun' : 'Begun'} ${when(one.Created)}, last used ${when(one.LastUsed)}`,
		{ empty: 'No sessions.', name: () => 'this session' }));
}

// --- everybody

function area(text, values) {
	const label = element('label', '', text);
	label.input = element('textarea');
	label.input.value = values.join('\n');
	label.input.spellcheck = false;
	label.append(label.input);
	return label;
}

// One user's form; of a new one when there is none yet.
function editor(user, isFirst, done) {
	const name = field('Name', { type: 'text', autocomplete: 'off', maxlength: 255, required: true });
	const secret = field(user ? 'New password (empty: as it is)' : 'Password', { ...fresh, required: !user });
	const superuser = field('Superuser: sees and changes everything', { type: 'checkbox' });
	const enabled = field('May sign in', { type: 'checkbox' });
	const mailboxes = area('Mailboxes, one a line', user?.Mailboxes ?? []), domains = area('Domains, one a line', user?.Domains ?? []);
	superuser.input.checked = user?.Superuser ?? isFirst;
	enabled.input.checked = user?.Enabled ?? true;
	const fields = [...user ? [] : [name], secret, enabled, superuser, mailboxes, domains];
	const made = form(fields, user ? 'Change' : 'Add', async () => {
		const body = { Superuser: superuser.input.checked, Enabled: enabled.input.checked, Mailboxes: lines(mailboxes.input.value), Domains: lines(domains.input.value) };
		if (secret.input.value) body.Password = secret.input.value;
		if (user) await send('PUT', `api/v1/user/${encodeURIComponent(user.Name)}`, body);
		else await send('POST', 'api/v1/users', { Name: name.input.value, ...body });
		if (isFirst) location.reload();
		else done();
	});
	made.append(button('Cancel', done));
	made.ariaLabel = user ? `Change ${user.Name}` : 'A new user';
	return made;
}

function everybody(account) {
	const list = element('ul'), ground = element('div');
	const more = button('More', () => read(list.last));
	const filter = field('Filter', { type: 'search', autocomplete: 'off', maxlength: 255 });
	const add = button('Add somebody', () => edit(null));
	let total = 0;

	function edit(user) {
		const done = () => { ground.replaceChildren(); read(); };
		ground.replaceChildren(editor(user, total === 0, done));
		ground.querySelector('input').focus();
	}

	function entry(user) {
		const item = element('li');
		const who = element('span');
		who.append(element('strong', '', user.Name), ' ', element('span', 'muted', [user.Superuser && 'superuser', !user.Enabled && 'may not sign in', user.Email,
			[...user.Mailboxes, ...user.Domains].slice(0, 5).join(', ')].filter(Boolean).join(' · ')));
		item.append(who);
		const edits = button('Change', () => edit(user));
		edits.ariaLabel = `Change ${user.Name}`;
		const remove = button('Delete', guarded(async () => {
			if (!await ask(`Delete the user ${user.Name}? The mail stays.`)) return;
			await send('DELETE', `api/v1/user/${encodeURIComponent(user.Name)}`);
			await read();
		}));
		remove.ariaLabel = `Delete ${user.Name}`;
		if (user.Name === account.Name) who.append(element('span', 'muted', ' (you)'));
		else item.append(edits, remove);
		return item;
	}

	const read = guarded(async after => {
		const text = filter.input.value.trim();
		const { Total, Users, More } = await json(`api/v1/users?limit=${PAGE}${text ? `&filter=${encodeURIComponent(text)}` : ''}${after ? `&after=${encodeURIComponent(after)}` : ''}`);
		total = Total;
		list.last = Users.at(-1)?.Name;
		if (!after) list.replaceChildren();
		list.append(...Users.map(entry));
		more.hidden = !More;
		heading.textContent = `Everybody (${number(Total)})`;
		filter.hidden = Total < 10 && !text;
	});
	filter.input.oninput = () => read();
	const made = part('Everybody', filter, list, more, add, ground);
	const heading = made.firstElementChild;
	read();
	return made;
}

export function show(ground) {
	let isOver = false;
	ground.append(element('h2', '', 'People'));
	(async () => {
		try {
			const account = await json('api/v1/account');
			if (isOver) return;
			if (account.Name) {
				const about = account.Superuser ? 'A superuser, who sees everything.' : `Whose mail is: ${[...account.Mailboxes, ...account.Domains].join(', ') || 'none'}.`;
				ground.append(part(account.Name, element('p', 'muted', about)), password(), tokens());
				if (account.SignedInBy === 'session') ground.append(sessions());
			} else {
				ground.append(part('Nobody is signed in', element('p', 'muted', 'On this computer no sign-in is asked for until there is a first user. That one must be a superuser; from then on everybody signs in.')));
			}
			if (account.Superuser || !account.Name) ground.append(everybody(account));
		} catch (failure) {
			if (!isOver) ground.append(element('p', 'notice', failure.message));
		}
	})();
	return { end() { isOver = true; } };
}

