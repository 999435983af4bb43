// Putting tags on messages and taking them off.

import { $, choose, element, field } from './dom.js';
import { guarded, json, withZone } from './api.js';
import { put } from './actions.js';
import { number } from './format.js';
import * as list from './list.js';
import { openedMessage } from './message.js';

const LOOKED_AT = 1000;

// Of many messages the first ones say which tags they have.
async function some({ ids, query }) {
	const opened = openedMessage();
	if (ids) return ids.slice(0, LOOKED_AT).map(id => id === opened?.ID ? opened : list.find(id)).filter(Boolean);
	return (await withZone(`api/v1/search?query=${encodeURIComponent(query)}&limit=${LOOKED_AT}`, path => json(path))).messages;
}

function choice(tag, count, all, isSure = true) {
	const label = field(tag, { type: 'checkbox' });
	label.input.checked = count === all && all > 0;
	label.input.indeterminate = count < all && (count > 0 || !isSure);
	const item = element('li');
	item.append(label);
	item.tag = tag;
	item.input = label.input;
	label.input.addEventListener('change', () => { item.isTouched = true; });
	return item;
}

export const tag = guarded(async what => {
	if (!what) return;
	const messages = await some(what), all = Math.max(what.count, messages.length);
	const used = new Map((await json('api/v1/tags')).map(name => [name, 0]));
	for (const { Tags } of messages) for (const name of Tags) used.set(name, (used.get(name) ?? 0) + 1);
	const items = [...used].map(([name, count]) => choice(name, count, all, messages.length === all));
	$('tag-note').hidden = messages.length === all;
	$('tag-note').textContent = `The boxes show the tags of ${number(messages.length)} of these messages. What you change is changed for all ${number(all)}.`;
	$('tag-choices').replaceChildren(...items);
	$('new-tag').value = '';
	$('tag-form').onsubmit = event => {
		event.preventDefault();
		const name = $('new-tag').value.trim().replace(/\s+/g, ' ');
		if (!name) { $('tagging').close('put'); return; }
		let item = items.find(one => one.tag === name);
		if (!item) items.push(item = choice(name, 0, all));
		$('tag-choices').append(item);
		item.input.checked = item.isTouched = true;
		item.input.indeterminate = false;
		$('new-tag').value = '';
	};
	// What stands in the field and was not added is meant too.
	$('put-tags').onclick = () => { if ($('new-tag').value.trim()) $('tag-form').requestSubmit(); };
	if (await choose($('tagging')) !== 'put') return;
	const on = items.filter(item => item.isTouched && item.input.checked).map(item => item.tag);
	const off = items.filter(item => item.isTouched && !item.input.checked).map(item => item.tag);
	if (on.length === 0 && off.length === 0) return;
	await put('api/v1/tags', what, { Add: on, Remove: off });
	for (const id of what.ids ?? []) {
		const tags = list.find(id)?.Tags;
		if (tags) list.changed({ ID: id, Tags: [...new Set([...tags.filter(name => !off.includes(name)), ...on])] });
	}
	if (what.query) list.refreshSoon();
});
