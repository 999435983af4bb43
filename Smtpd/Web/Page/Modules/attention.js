// What tells of new mail outside the page: its title, its icon, and notifications.

import { $, toast } from './dom.js';
import { number, person } from './format.js';

const KEY = 'smtpd.notify';

let title = '', unread = 0, drawn = -1;

export function setTitle(text) {
	title = text;
	showTitle();
}

export function setUnread(count) {
	unread = count;
	showTitle();
	draw();
}

function showTitle() {
	document.title = `${unread ? `(${number(unread)}) ` : ''}${title ? `${title} - ` : ''}Smtpd`;
}

// An envelope; with unread mail a mark and, as far as there is room, the number.
function draw() {
	const shown = Math.min(unread, 100);
	if (shown === drawn) return;
	drawn = shown;
	const canvas = document.createElement('canvas');
	canvas.width = canvas.height = 64;
	const pen = canvas.getContext('2d');
	if (!pen) return;
	pen.fillStyle = '#2456c7';
	pen.beginPath();
	pen.roundRect(2, 12, 60, 42, 7);
	pen.fill();
	pen.strokeStyle = '#fff';
	pen.lineWidth = 5;
	pen.beginPath();
	pen.moveTo(8, 20);
	pen.lineTo(32, 38);
	pen.lineTo(56, 20);
	pen.stroke();
	if (shown > 0) {
		pen.fillStyle = '#c5221f';
		pen.beginPath();
		pen.roundRect(shown > 9 ? 22 : 32, 30, shown > 9 ? 42 : 32, 34, 14);
		pen.fill();
		pen.fillStyle = '#fff';
		pen.font = 'bold 28px sans-serif';
		pen.textAlign = 'center';
		pen.textBaseline = 'middle';
		pen.fillText(shown > 99 ? '99' : String(shown), shown > 9 ? 43 : 48, 48);
	}
	$('icon').href = canvas.toDataURL('image/png');
}

// --- notifications

const isAble = () => typeof Notification === 'function' && isSecureContext;
const isWanted = () => isAble() && Notification.permission === 'granted' && localStorage.getItem(KEY) === 'yes';

function showWanted() {
	$('notify').hidden = !isAble();
	$('notify').ariaPressed = isWanted();
}

$('notify').onclick = async () => {
	if (isWanted()) {
		localStorage.removeItem(KEY);
	} else if (Notification.permission === 'granted' || await Notification.requestPermission() === 'granted') {
		localStorage.setItem(KEY, 'yes');
		toast('New mail is announced while this page is in the background.');
	} else {
		toast('The browser does not let this page announce mail; its settings say so.');
	}
	showWanted();
};
showWanted();

// Only what comes while nobody looks; many at once are one.
export function announce(message) {
	if (!isWanted() || document.hasFocus()) return;
	const note = new Notification(person(message.From) || 'New mail', { body: message.Subject || '(no subject)', tag: 'smtpd-mail' });
	note.onclick = () => {
		window.focus();
		location.hash = `#/message/${message.ID}`;
		note.close();
	};
}
