// What is attached: cards with what they are, a look inside where that is safe, downloads.

import { $, button, choose, element, icon, link } from './dom.js';
import { guarded, json, request } from './api.js';
import { legible, size } from './format.js';
import { plain, scroll, streamed } from './chunks.js';

export const partAddress = (message, part) => `api/v1/message/${message.ID}/part/${part.PartID}`;

// The server says what the file is called: a name made fit for it.
export function partLink(message, part, text, className) {
	const made = link(text, partAddress(message, part), className);
	made.download = '';
	return made;
}

const PICTURES = ['png', 'jpeg', 'jpg', 'pjpeg', 'gif', 'webp', 'avif', 'bmp'].map(name => `image/${name}`);
const TEXTS = ['application/json', 'application/xml'];

const read = async (message, part) => streamed(await request(`${partAddress(message, part)}?preview=1`));

const BLOCKED = $('remote').firstElementChild.textContent;

// HTML of a mail, or of the operator: it runs nothing, and a link that somebody follows opens a window that knows nothing of this one.
export function mailFrame(address) {
	const frame = element('iframe');
	frame.setAttribute('sandbox', 'allow-popups allow-popups-to-escape-sandbox');
	frame.title = 'The message';
	frame.referrerPolicy = 'no-referrer';
	frame.src = address;
	return frame;
}

const looks = {
	picture(message, part) {
		const shown = element('img');
		shown.alt = part.FileName;
		shown.src = partAddress(message, part);
		shown.onerror = () => shown.replaceWith(element('p', 'muted', 'This picture cannot be shown. It can be downloaded.'));
		return shown;
	},
	// As text whatever it is: markup in it is shown, not obeyed.
	text: async (message, part) => scroll(await read(message, part), plain, 'source'),
	letter: async (message, part) => {
		const address = `view/${message.ID}/${part.PartID}.html`;
		const [{ headers }, files] = await Promise.all([request(address, { method: 'HEAD' }), json(`${partAddress(message, part)}/files`)]);
		const shown = element('div', 'letter');
		const frame = mailFrame(address);
		if (headers.get('Smtpd-Blocked-Pictures') !== '0') {
			const notice = element('p', 'notice');
			notice.append(element('span', '', BLOCKED), button('Load it', () => {
				frame.src = `${address}?remote=1`;
				notice.remove();
				// Not the frame: it would keep the keys to itself.
				$('preview-content').focus();
			}));
			shown.append(notice);
		}
		shown.append(cards(message, files), frame);
		return shown;
	},
};

function lookOf({ ContentType: type }) {
	if (PICTURES.includes(type)) return 'picture';
	if (type === 'message/rfc822' || type === 'message/global') return 'letter';
	return /^(text|message)\//.test(type) || TEXTS.includes(type) ? 'text' : null;
}

let looked;

const preview = guarded(async (message, part) => {
	$('preview-title').textContent = legible(part.FileName);
	$('preview-download').href = partAddress(message, part);
	const ground = $('preview-content');
	looked = part;
	ground.replaceChildren(element('p', 'muted', 'Reading …'));
	// A file of a nested message takes its place.
	if ($('preview').open) ground.focus();
	else choose($('preview')).then(() => { ground.firstChild.end?.(); ground.replaceChildren(); });
	const shown = await looks[lookOf(part)](message, part);
	if ($('preview').open && looked === part) ground.replaceChildren(shown);
	else shown.end?.();
});

// The browser's own viewer has a window of its own.
function viewer(message, part) {
	const made = link('', `${partAddress(message, part)}?preview=1`, 'quiet');
	made.append(icon('eye'));
	made.target = '_blank';
	made.rel = 'noopener';
	made.ariaLabel = made.title = `Preview ${legible(part.FileName)}`;
	return made;
}

function card(message, part) {
	const item = element('li');
	const type = part.ContentType || 'application/octet-stream';
	item.append(icon('file'));
	const called = legible(part.FileName);
	const name = partLink(message, part, called || part.PartID, 'name');
	name.dir = 'auto';
	name.title = `Download ${called}`;
	item.append(name, element('span', 'muted', `${type}, ${size(part.Size)}`));
	if (type === 'application/pdf') item.append(viewer(message, part));
	else if (lookOf(part)) item.append(button(`Preview ${called}`, () => preview(message, part), { name: 'eye', quiet: true }));
	return item;
}

function cards(message, parts) {
	const list = element('ul', 'cards');
	list.ariaLabel = 'Attachments';
	list.hidden = parts.length === 0;
	list.append(...parts.map(part => card(message, part)));
	return list;
}

export function showFiles(message) {
	const parts = [...message.Attachments, ...message.Inline, ...message.Unpacked];
	$('attachments').replaceChildren(cards(message, parts));
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
