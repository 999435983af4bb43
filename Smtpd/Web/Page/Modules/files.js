// What is attached: cards with what they are, a look inside where that is safe, downloads.

import { $, button, choose, element, icon, link } from './dom.js';
import { guarded, json, request } from './api.js';
import { size } from './format.js';
import { plain, scroll, streamed } from './chunks.js';

export const partAddress = (message, part) => `api/v1/message/${message.ID}/part/${encodeURIComponent(part.PartID)}`;

// The server says what the file is called: a name made fit for it.
export function partLink(message, part, text, className) {
	const made = link(text, partAddress(message, part), className);
	made.setAttribute('download', '');
	return made;
}

const PICTURES = ['image/png', 'image/jpeg', 'image/jpg', 'image/pjpeg', 'image/gif', 'image/webp', 'image/avif', 'image/bmp'];
const isText = type => type.startsWith('text/') || ['application/json', 'application/xml', 'application/x-yaml', 'application/javascript', 'message/delivery-status', 'message/rfc822-headers'].includes(type);
const isMessage = type => type === 'message/rfc822' || type === 'message/global';

const looks = {
	picture(message, part) {
		const shown = element('img');
		shown.alt = part.FileName;
		shown.src = partAddress(message, part);
		shown.onerror = () => shown.replaceWith(element('p', 'muted', 'This picture cannot be shown. It can be downloaded.'));
		return shown;
	},
	pdf(message, part) {
		const frame = element('iframe');
		frame.title = part.FileName;
		frame.src = partAddress(message, part);
		return frame;
	},
	// As text whatever it is: markup in it is shown, not obeyed.
	async text(message, part) {
		return scroll(streamed(await request(partAddress(message, part))), plain, 'source');
	},
	async letter(message, part) {
		const answer = await json(`${partAddress(message, part)}/message`);
		const shown = element('div', 'nested');
		shown.append(element('h3', '', answer.Subject || '(no subject)'));
		return shown;
	},
};

function lookOf({ ContentType: type }) {
	if (PICTURES.includes(type)) return 'picture';
	if (type === 'application/pdf') return 'pdf';
	if (isMessage(type)) return 'letter';
	return isText(type) ? 'text' : null;
}

const preview = guarded(async (message, part) => {
	$('preview-title').textContent = part.FileName;
	$('preview-download').href = partAddress(message, part);
	$('preview-content').replaceChildren(element('p', 'muted', 'Reading …'));
	const closed = choose($('preview'));
	const shown = await looks[lookOf(part)](message, part);
	if ($('preview').open) $('preview-content').replaceChildren(shown);
	await closed;
	shown.end?.();
	$('preview-content').replaceChildren();
});

function card(message, part) {
	const item = element('li');
	const type = part.ContentType || 'application/octet-stream';
	item.append(icon('file'));
	const name = partLink(message, part, part.FileName || part.PartID, 'name');
	name.dir = 'auto';
	name.title = `Download ${part.FileName}`;
	item.append(name, element('span', 'muted', `${type}, ${size(part.Size)}`));
	if (lookOf(part)) item.append(button(`Preview ${part.FileName}`, () => preview(message, part), { name: 'eye', quiet: true }));
	return item;
}

export function showFiles(message) {
	const parts = [...message.Attachments, ...message.Inline, ...message.Unpacked];
	$('attachments').replaceChildren(...parts.map(part => card(message, part)));
	$('files').hidden = parts.length === 0;
	$('download-all').hidden = parts.length < 2;
	// One after the other: a browser asks once whether a page may do so.
	$('download-all').onclick = async () => {
		for (const part of parts) {
			const one = partLink(message, part, '');
			document.body.append(one);
			one.click();
			one.remove();
			await new Promise(resolve => setTimeout(resolve, 400));
		}
	};
}
