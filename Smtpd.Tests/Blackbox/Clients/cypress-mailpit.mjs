// The requests of the npm package cypress-mailpit, made by its own code, against a running server: node cypress-mailpit.mjs URL
// Cypress itself does not run: in its place stand the few commands that the package uses, and they send what it asks for.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';

const url = process.argv[2];
const commands = {};
globalThis.Cypress = {
  expose: name => name === 'MAILPIT_URL' ? url : undefined,
  config: () => 10_000,
  Commands: { add: (name, options, command) => { commands[name] = command; } },
};
globalThis.cy = {
  env: async () => ({}),
  wrap: async value => value,
  wait: time => new Promise(resolve => setTimeout(resolve, time)),
  request: async ({ method, url, qs, body }) => {
    const target = new URL(url);
    for (const [name, value] of Object.entries(qs ?? {})) target.searchParams.set(name, value);
    const answer = await fetch(target, { method, body: body && JSON.stringify(body), headers: body && { 'Content-Type': 'application/json' } });
    const text = await answer.text();
    // As Cypress has it: a status that is no success fails the command, JSON is read.
    if (!answer.ok) throw new Error(`${answer.status}: ${text}`);
    return { status: answer.status, body: answer.headers.get('content-type')?.startsWith('application/json') ? JSON.parse(text) : text };
  },
};

// The package is written as modules with names that only a bundler finds, and Node has no say in its files: its text is read as it is.
const entry = createRequire(import.meta.url).resolve('cypress-mailpit/dist/src/MailpitCommands.js');
const source = readFileSync(entry, 'utf8');
const { MailpitCommands } = await import(`data:text/javascript;base64,${Buffer.from(source).toString('base64')}`);
const instance = new MailpitCommands();
for (const name of [...MailpitCommands.parentCypressCommands, ...MailpitCommands.childCypressCommands]) commands[name] = instance[name].bind(instance);

await commands.mailpitDeleteAllEmails();
await commands.mailpitNotHasEmailsBySubject('Hello');
const sent = await commands.mailpitSendMail({ attachments: [{ Content: 'aGVsbG8=', Filename: 'hello.txt' }] });
const second = await commands.mailpitSendMail({ subject: 'Another', to: [{ Email: 'other@example.com' }] });
assert.equal((await commands.mailpitGetAllMails()).messages.length, 2);
assert.equal((await commands.mailpitGetMail()).ID, second.ID);
assert.equal((await commands.mailpitHasEmailsBySubject('Hello')).messages[0].ID, sent.ID);
assert.equal((await commands.mailpitGetEmailsBySubject('Another')).messages_count, 1);
assert.equal((await commands.mailpitHasEmailsByTo('other@example.com')).messages[0].ID, second.ID);
assert.equal((await commands.mailpitGetEmailsByTo('jane@example.com')).messages_count, 1);
await commands.mailpitNotHasEmailsByTo('nobody@example.com');
assert.equal((await commands.mailpitHasEmailsBySearch('hello from mailpit')).messages_count, 2);
await commands.mailpitNotHasEmailsBySearch('subject:nothing');
assert.equal((await commands.mailpitSearchEmails('from:from@example.com', 1, 1)).messages.length, 1);

const mail = await commands.mailpitGetMail(sent.ID);
assert.equal(await commands.mailpitGetSubject(mail), 'Hello Mailpit');
assert.equal(await commands.mailpitGetFromAddress(mail), 'from@example.com');
assert.deepEqual(await commands.mailpitGetRecipientAddress(mail), ['jane@example.com']);
assert.deepEqual(await commands.mailpitGetAttachments(mail), ['hello.txt']);
// It asks for the view, which is a document of its own around what the mail says.
assert.match(await commands.mailpitGetMailHTMlBody(mail), /<body[^>]*><p>hello from mailpit<\/p><\/body>/);
assert.equal(await commands.mailpitGetMailTextBody(mail), 'hello from mailpit');
await assert.rejects(async () => commands.mailpitGetMailSpamAssassinSummary(mail), /404: \{"Error":"Smtpd does not ask SpamAssassin/);

const unread = async () => (await commands.mailpitGetAllMails()).unread;
await commands.mailpitSetAllEmailStatusAsRead();
assert.equal(await unread(), 0);
await commands.mailpitSetStatusAsUnRead([mail]);
assert.equal(await unread(), 1);
await commands.mailpitSetStatusAsRead(mail);
assert.equal(await unread(), 0);
await commands.mailpitSetAllEmailStatusAsUnRead();
assert.equal(await unread(), 2);
await commands.mailpitDeleteEmailsBySearch('subject:Another');
assert.deepEqual((await commands.mailpitGetAllMails()).messages.map(one => one.ID), [sent.ID]);
await commands.mailpitDeleteAllEmails();
assert.equal((await commands.mailpitGetAllMails()).total, 0);
console.log('all answered as expected');
