// Putting tags on messages and taking them off.

import { $, choose, element, field, toast } from './dom.js';
import { guarded, json, send } from './api.js';
import { number } from './format.js';
import { idsOf } from './actions.js';
import * as list from './list.js';

const MOST = 10_000;

function choice(tag, count, all) {
	const label = field(tag, { type: 'checkbox' });
	label.input.checked = count === all && all > 0;
	label.input.indeterminate = count > 0 && count < all;
	const item = element('li');
	item.append(label);
	item.tag = tag;
	item.input = label.input;
	label.input.addEventListener('change', () => { item.isTouched = true; });
	return item;
}

export const tag = guarded(async what => {
	if (!what) return;
	const messages = await idsOf(what, MOST);
	const used = new Map((await json('api/v1/tags')).map(name => [name, 0]));
	for (const { Tags } of messages) for (const name of Tags) used.set(name, (used.get(name) ?? 0) + 1);
	const items = [...used].map(([name, count]) => choice(name, count, messages.length));
	$('tag-choices').replaceChildren(...items);
	$('new-tag').value = '';
	$('tag-form').onsubmit = event => {
		event.preventDefault();
		const name = $('new-tag').value.trim().replace(/\s+/g, ' ');
		if (!name) return;
		let item = items.find(one => one.tag === name);
		if (!item) items.push(item = choice(name, 0, messages.length));
		$('tag-choices').append(item);
		item.input.checked = item.isTouched = true;
		item.input.indeterminate = false;
		$('new-tag').value = '';
	};
	// What stands in the field and was not added is meant too.
	$('put-tags').onclick = () => { if ($('new-tag').value.trim()) $('tag-form').requestSubmit(); };
	if (await choose($('tagging')) !== 'put') return;
	const on = items.filter(item => item.isTouched && item.input.checked).map(item => item.tag);
	const off = new Set(items.filter(item => item.isTouched && !item.input.checked).map(item => item.tag));
	if (on.length === 0 && off.size === 0) return;
	// The server gives a message exactly the tags that it is told: one request for all that come to have the same.
	const groups = new Map();
	for (const message of messages) {
		const tags = [...new Set([...message.Tags.filter(name => !off.has(name)), ...on])];
		const key = JSON.stringify(tags);
		if (!groups.has(key)) groups.set(key, { tags, ids: [] });
		groups.get(key).ids.push(message.ID);
	}
	for (const { tags, ids } of groups.values()) {
		await send('PUT', 'api/v1/tags', { IDs: ids, Tags: tags });
		for (const id of ids) list.changed({ ID: id, Tags: tags });
	}
	if (messages.length >= MOST) toast(`The first ${number(MOST)} messages were tagged.`);
});
