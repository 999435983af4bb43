// Who may not send here.

import { $, button, choose, element, toast } from './dom.js';
import { guarded, json, send } from './api.js';

export const block = guarded(async message => {
	if (!message) return;
	const { From, IP, To } = message.Envelope;
	const texts = { sender: From, host: IP, recipient: To.length === 1 ? To[0] : '' };
	for (const [kind, text] of Object.entries(texts)) {
		$(`block-${kind}`).hidden = !text;
		$(`block-${kind}`).textContent = `The ${kind} ${text}`;
	}
	const kind = await choose($('block-whom'));
	if (!texts[kind]) return;
	const made = await (await send('POST', 'api/v1/blocks', { Kind: kind, Text: texts[kind], Note: `message ${message.ID}` })).json();
	toast(`The ${kind} ${made.Text} is blocked.`, { label: 'Undo', act: guarded(() => send('DELETE', 'api/v1/blocks', { IDs: [made.ID] })) });
});

async function read() {
	const { Blocks, Enforced } = await json('api/v1/blocks');
	$('nobody').hidden = Blocks.length > 0;
	$('blocked').replaceChildren(...Blocks.map(one => {
		const item = element('li');
		item.append(element('span', '', `${one.Kind} ${one.Text} `));
		if (Enforced && Enforced[one.Kind[0].toUpperCase() + one.Kind.slice(1)] === false) item.append(element('span', 'muted', '(not asked: switched off in the configuration) '));
		item.append(button('Unblock', guarded(async () => { await send('DELETE', 'api/v1/blocks', { IDs: [one.ID] }); await read(); })));
		return item;
	}));
}

$('show-blocks').onclick = guarded(async () => { await read(); await choose($('blocks')); });
