// The page. Every text of a mail goes into it by textContent or an attribute that cannot act; the policy that comes with the
// page forbids everything else. HTML of a mail is shown in a sandboxed frame only.

const PAGE = 50;
const MOST_ROWS = 1000;
const MOST_SOURCE = 1024 * 1024;

const $ = id => document.getElementById(id);
const state = { rows: new Map(), start: 0, open: null, total: 0, unread: 0 };

function element(name, className, text) {
  const made = document.createElement(name);
  if (className) made.className = className;
  if (text !== undefined) made.textContent = text;
  return made;
}

function trouble(text) {
  $('trouble').hidden = !text;
  $('trouble').textContent = text || '';
}

async function request(path, options) {
  const answer = await fetch(path, options);
  if (answer.ok) { trouble(''); return answer; }
  if (answer.status === 401) {
    // Back here, to the same message, once signed in.
    location.assign(`login?next=${encodeURIComponent(location.pathname + location.search + location.hash)}`);
  }
  let text = `The server answered ${answer.status}.`;
  try { text = (await answer.json()).Error || text; } catch { /* The status says enough where there is no sentence. */ }
  throw new Error(text);
}

const json = async path => (await request(path)).json();

const send = (method, path, body) => request(path, { method, headers: { 'Content-Type': 'application/json' }, body: JSON.stringify(body) });
const change = (method, body) => send(method, 'api/v1/messages', body);

// Runs what an event starts, and says what went wrong.
const guarded = action => async (...given) => {
  try { await action(...given); } catch (failure) { trouble(failure.message || String(failure)); }
};

// --- the list -------------------------------------------------------------------------------------------------------------

const person = who => who ? who.Name || who.Address || '' : '';
const mailbox = who => who.Name ? `${who.Name} <${who.Address}>` : who.Address;

function size(octets) {
  if (octets < 1024) return `${octets} B`;
  return octets < 1024 * 1024 ? `${(octets / 1024).toFixed(0)} KB` : `${(octets / 1024 / 1024).toFixed(1)} MB`;
}

function when(text) {
  const date = new Date(text), today = new Date();
  return date.toDateString() === today.toDateString() ? date.toLocaleTimeString() : date.toLocaleDateString();
}

function makeRow(message) {
  const row = element('li');
  const link = element('a');
  link.href = `#/message/${message.ID}`;
  const time = element('time', '', when(message.Created));
  time.dateTime = message.Created;
  time.title = new Date(message.Created).toLocaleString();
  const count = message.Attachments ? ` · ${message.Attachments} file${message.Attachments > 1 ? 's' : ''}` : '';
  link.append(element('span', 'from', person(message.From) || '(no sender)'), time,
    element('span', 'subject', message.Subject || '(no subject)'),
    element('span', 'snippet', `${size(message.Size)}${count}${message.Snippet ? ' · ' + message.Snippet : ''}`));
  row.append(link);
  row.classList.toggle('unread', !message.Read);
  row.classList.toggle('open', message.ID === state.open);
  return row;
}

// Ids grow with time, so the newest row is the one with the greatest id.
function insert(message) {
  if (state.rows.has(message.ID)) return;
  const row = makeRow(message);
  let below = $('messages').firstElementChild;
  while (below && below.dataset.id > message.ID) below = below.nextElementSibling;
  row.dataset.id = message.ID;
  $('messages').insertBefore(row, below);
  state.rows.set(message.ID, row);
  while (state.rows.size > MOST_ROWS) remove($('messages').lastElementChild.dataset.id);
}

function remove(id) {
  state.rows.get(id)?.remove();
  state.rows.delete(id);
}

function showCounts() {
  $('counts').textContent = `${state.total} messages, ${state.unread} unread`;
  $('empty').hidden = state.rows.size > 0;
  $('new-above').hidden = state.start === 0;
  $('older').hidden = state.rows.size === 0 || state.start + state.rows.size >= state.total;
  document.title = state.unread ? `(${state.unread}) Smtpd` : 'Smtpd';
}

function takeCounts(page) {
  state.total = page.total;
  state.unread = page.unread;
}

// What is told while a list is on its way may be missing from that list: it is told once more behind it.
let told = [];
let reloads = 0;

const reload = guarded(async () => {
  if (reloads++ === 0) told = [];
  try {
    const page = await json(`api/v1/messages?limit=${PAGE}&start=${state.start}`);
    $('messages').replaceChildren();
    state.rows.clear();
    page.messages.forEach(insert);
    takeCounts(page);
    told.forEach(([type, data]) => heard[type](data));
    showCounts();
  } finally {
    reloads--;
  }
});

const older = guarded(async () => {
  const last = $('messages').lastElementChild;
  if (!last || state.rows.size >= MOST_ROWS) {
    location.hash = `#/from/${state.start + state.rows.size}`;
    return;
  }
  const page = await json(`api/v1/messages?limit=${PAGE}&before=${last.dataset.id}`);
  page.messages.forEach(insert);
  takeCounts(page);
  showCounts();
});

// --- one message ----------------------------------------------------------------------------------------------------------

function showFields(message) {
  const fields = [
    ['From', [message.From]], ['To', message.To], ['Cc', message.Cc], ['Bcc', message.Bcc], ['Reply-To', message.ReplyTo],
  ].map(([name, people]) => [name, (people || []).filter(who => who && (who.Address || who.Name)).map(mailbox).join(', ')]);
  fields.push(['Date', message.Date ? new Date(message.Date).toLocaleString() : ''], ['Size', size(message.Size)]);
  const envelope = message.Envelope;
  if (envelope) fields.push(['Envelope', `<${envelope.From}> to ${(envelope.To || []).join(', ')}, from ${envelope.IP || ''} (${envelope.Helo || ''})${envelope.TLS ? `, ${envelope.TLS}` : ''}`]);
  $('fields').replaceChildren(...fields.filter(([, text]) => text).flatMap(([name, text]) => [element('dt', '', name), element('dd', '', text)]));
}

function showAttachments(message) {
  const parts = [...(message.Attachments || []), ...(message.Inline || []), ...(message.Unpacked || [])];
  $('attachments').replaceChildren(...parts.map(part => {
    const link = element('a', '', part.FileName || part.PartID);
    // The server says what the file is called: a name made fit for it.
    link.href = `api/v1/message/${message.ID}/part/${encodeURIComponent(part.PartID)}`;
    link.setAttribute('download', '');
    const item = element('li');
    item.append(link, element('span', '', ` ${part.ContentType || ''}, ${size(part.Size)}`));
    return item;
  }));
  $('warnings').replaceChildren(...(message.Warnings || []).map(text => element('li', '', text)));
}

const views = {
  html(message) {
    const frame = element('iframe');
    frame.setAttribute('sandbox', '');
    frame.title = 'The message';
    frame.referrerPolicy = 'no-referrer';
    frame.src = `view/${message.ID}.html`;
    return frame;
  },
  text: message => element('pre', '', message.ShownText || message.Text || '(no text)'),
  async headers(message) {
    const fields = await json(`api/v1/message/${message.ID}/headers`);
    return element('pre', '', Object.entries(fields).flatMap(([name, values]) => values.map(value => `${name}: ${value}`)).join('\n'));
  },
  async source(message) {
    // A large source would stop the browser; the download has all of it.
    const reader = (await request(`api/v1/message/${message.ID}/raw`)).body.getReader();
    const decoder = new TextDecoder();
    let text = '', held = 0;
    for (;;) {
      const { done, value } = await reader.read();
      if (done) break;
      text += decoder.decode(value, { stream: true });
      held += value.length;
      if (held < MOST_SOURCE) continue;
      text += '\n… the rest is in the download';
      await reader.cancel();
      break;
    }
    return element('pre', '', text);
  },
};

const show = guarded(async (message, name) => {
  for (const tab of $('tabs').children) {
    tab.hidden = tab.dataset.view === 'html' ? !message.HTML : tab.dataset.view === 'text' && !message.Text && !message.ShownText && !!message.HTML;
    tab.setAttribute('aria-selected', String(tab.dataset.view === name));
    tab.onclick = () => show(message, tab.dataset.view);
  }
  $('view').replaceChildren();
  const shown = await views[name](message);
  if (state.open === message.ID) $('view').replaceChildren(shown);
});

function close() {
  state.rows.get(state.open)?.classList.remove('open');
  state.open = null;
  $('message').hidden = true;
  $('view').replaceChildren();
  document.body.classList.remove('reading');
}

const open = guarded(async id => {
  close();
  state.open = id;
  let message;
  try {
    message = await json(`api/v1/message/${id}`);
  } catch (failure) {
    if (state.open === id) close();
    throw failure;
  }
  if (state.open !== id) return;
  $('subject').textContent = message.Subject || '(no subject)';
  $('download').href = `api/v1/message/${id}/raw?dl=1`;
  $('unread').onclick = guarded(async () => { await change('PUT', { IDs: [id], Read: false }); location.hash = '#/'; });
  $('delete').onclick = guarded(async () => { await change('DELETE', { IDs: [id] }); location.hash = '#/'; });
  $('block').onclick = guarded(() => block(message));
  showFields(message);
  showAttachments(message);
  $('message').hidden = false;
  document.body.classList.add('reading');
  state.rows.get(id)?.classList.add('open');
  state.rows.get(id)?.classList.remove('unread');
  await show(message, message.HTML ? 'html' : 'text');
});

// --- where we are -----------------------------------------------------------------------------------------------------------

function route() {
  const message = /^#\/message\/([0-9a-f]{24})$/.exec(location.hash);
  if (message) { open(message[1]); return; }
  close();
  const from = /^#\/from\/([0-9]{1,12})$/.exec(location.hash);
  const start = from ? Number(from[1]) : 0;
  if (start === state.start && state.rows.size) return;
  state.start = start;
  reload();
}

// --- live -------------------------------------------------------------------------------------------------------------------

let fresh = false;
let pause = 1000;

const heard = {
  new(message) { if (state.start === 0) insert(message); },
  update({ ID, Read }) { if (Read !== undefined) state.rows.get(ID)?.classList.toggle('unread', !Read); },
  delete({ ID }) {
    remove(ID);
    if (state.open === ID) location.hash = '#/';
  },
  truncate() { location.hash = '#/'; reload(); },
  prune() { reload(); },
  stats({ Total, Unread }) {
    state.total = Total;
    state.unread = Unread;
    // The first one comes when everything after it is told: what the list misses is before it.
    if (!fresh) { fresh = true; reload(); }
  },
};

function connect() {
  const address = new URL('api/events', location.href);
  address.protocol = address.protocol === 'https:' ? 'wss:' : 'ws:';
  address.hash = '';
  const socket = new WebSocket(address);
  fresh = false;
  socket.onopen = () => { pause = 1000; live(true); };
  socket.onmessage = ({ data }) => {
    const { Type, Data } = JSON.parse(data);
    if (!Object.hasOwn(heard, Type)) return;
    if (reloads > 0 && ['new', 'update', 'delete'].includes(Type)) told.push([Type, Data]);
    heard[Type](Data);
    showCounts();
  };
  socket.onclose = () => {
    live(false);
    setTimeout(reconnect, pause);
    pause = Math.min(pause * 2, 30000);
  };
}

// A websocket does not say why it was refused; a request does, and leads to the sign-in where that is it.
async function reconnect() {
  try { await request('api/v1/messages?limit=1'); } catch { /* Said already, if it is of any use. */ }
  connect();
}

function live(on) {
  $('live').textContent = on ? 'live' : 'not connected';
  $('live').classList.toggle('on', on);
}

// The value of the button that closes the dialog; empty when it is left otherwise.
function choose(dialog) {
  dialog.returnValue = '';
  dialog.showModal();
  return new Promise(resolve => dialog.addEventListener('close', () => resolve(dialog.returnValue), { once: true }));
}

async function ask(question) {
  $('question').textContent = question;
  return await choose($('confirm')) === 'yes';
}

// --- who is blocked ---------------------------------------------------------------------------------------------------------

async function block(message) {
  const { From, IP, To } = message.Envelope;
  const texts = { sender: From, host: IP, recipient: To.length === 1 ? To[0] : '' };
  for (const [kind, text] of Object.entries(texts)) {
    $(`block-${kind}`).hidden = !text;
    $(`block-${kind}`).textContent = `The ${kind} ${text}`;
  }
  const kind = await choose($('block-whom'));
  if (texts[kind]) await send('POST', 'api/v1/blocks', { Kind: kind, Text: texts[kind], Note: `message ${message.ID}` });
}

async function showBlocks() {
  const { Blocks } = await json('api/v1/blocks');
  $('nobody').hidden = Blocks.length > 0;
  $('blocked').replaceChildren(...Blocks.map(one => {
    const item = element('li', '', `${one.Kind} ${one.Text} `);
    const remove = element('button', '', 'Unblock');
    remove.onclick = guarded(async () => { await send('DELETE', 'api/v1/blocks', { IDs: [one.ID] }); await showBlocks(); });
    item.append(remove);
    return item;
  }));
}

$('show-blocks').onclick = guarded(async () => { await showBlocks(); await choose($('blocks')); });

$('older').onclick = older;
$('read-all').onclick = guarded(async () => { await change('PUT', { Read: true }); await reload(); });
$('delete-all').onclick = guarded(async () => {
  if (!await ask('Delete all messages? They cannot be brought back.')) return;
  await change('DELETE', {});
  location.hash = '#/';
  await reload();
});
addEventListener('hashchange', route);
route();
if (state.open) reload();
connect();
