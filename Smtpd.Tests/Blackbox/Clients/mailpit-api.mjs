// Every call of the npm package mailpit-api that Smtpd has an answer for, against a running server: node mailpit-api.mjs URL
import assert from 'node:assert/strict';
import { MailpitClient } from 'mailpit-api';

const mailpit = new MailpitClient(process.argv[2]);
const png = 'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==';

assert.equal(await mailpit.deleteMessages(), 'ok');
assert.deepEqual((await mailpit.listMessages()).messages, []);

const sent = await mailpit.sendMessage({
  From: { Email: 'ann@example.org', Name: 'Ann' },
  To: [{ Email: 'bob@example.com', Name: 'Bob' }, { Email: 'cy@example.com' }],
  Cc: [{ Email: 'dee@example.com' }], Bcc: ['eve@example.com'], ReplyTo: [{ Email: 're@example.org' }],
  Subject: 'Welcome to Smtpd', Text: 'plain text', HTML: '<p>Hello <img src="cid:logo"></p>',
  Tags: ['First tag'], Headers: { 'X-IP': '1.2.3.4' },
  Attachments: [{ Content: png, Filename: 'logo.png', ContentID: 'logo' }, { Content: 'aGVsbG8=', Filename: 'hello.txt', ContentType: 'text/plain' }],
});
assert.match(sent.ID, /^[0-9a-f]{24}$/);
await mailpit.sendMessage({ From: { Email: 'x@example.org' }, To: [{ Email: 'y@example.com' }], Subject: 'Another' });

const list = await mailpit.listMessages(0, 10);
assert.deepEqual([list.total, list.count, list.messages_count, list.messages_unread, list.unread, list.start], [2, 2, 2, 2, 2, 0]);
assert.deepEqual(list.tags, ['First tag']);
assert.equal(list.messages[1].Subject, 'Welcome to Smtpd');
assert.equal(list.messages[1].Attachments, 1);
assert.equal(list.messages[1].Snippet, 'plain text');
assert.equal((await mailpit.listMessages(1, 1)).messages[0].ID, sent.ID);

const found = await mailpit.waitForMessage({ query: 'subject:Welcome' }, { timeout: 10_000, interval: 50 });
assert.equal(found.ID, sent.ID);
assert.equal((await mailpit.waitForMessages({ query: 'Another', count: 1, exact: true }, { timeout: 10_000, interval: 50 })).messages_count, 1);
assert.equal((await mailpit.waitForMessages({ count: 2 })).total, 2);
assert.equal((await mailpit.searchMessages({ query: 'after:2000-01-01', tz: 'Pacific/Auckland', start: 0, limit: 1 })).messages_count, 2);

const message = await mailpit.getMessageSummary(sent.ID);
assert.deepEqual(message.From, { Name: 'Ann', Address: 'ann@example.org' });
assert.deepEqual(message.Bcc, [{ Name: '', Address: 'eve@example.com' }]);
assert.deepEqual([message.Text, message.Subject, message.ReturnPath], ['plain text', 'Welcome to Smtpd', 'ann@example.org']);
assert.ok(!Number.isNaN(Date.parse(message.Date)));
assert.equal(message.Inline[0].ContentID, 'logo');
const attachment = await mailpit.getMessageAttachment(sent.ID, message.Attachments[0].PartID);
assert.equal(await attachment.text(), 'hello');
const picture = await mailpit.getMessageAttachment(sent.ID, message.Inline[0].PartID);
assert.deepEqual([picture.type, picture.size], ['image/png', Buffer.from(png, 'base64').length]);
assert.equal((await mailpit.getMessageHeaders(sent.ID))['X-Ip'][0], '1.2.3.4');
assert.match(await mailpit.getMessageSource(sent.ID), /^Return-Path: <ann@example.org>\r\n/);
assert.match(await mailpit.renderMessageHTML(sent.ID), /data:image\/png/);
assert.match(await mailpit.renderMessageHTML(sent.ID, 1), /Hello/);
assert.equal(await mailpit.renderMessageText(sent.ID), 'plain text');
assert.equal((await mailpit.getMessageSummary()).Subject, 'Another');

assert.equal(await mailpit.setReadStatus(), 'ok');
assert.equal((await mailpit.listMessages()).unread, 2);
assert.equal(await mailpit.setReadStatus({ Read: true, IDs: [sent.ID] }), 'ok');
assert.equal((await mailpit.listMessages()).unread, 1);
assert.equal(await mailpit.setReadStatus({ Read: true, Search: 'subject:Another' }, { tz: 'America/Chicago' }), 'ok');
assert.equal((await mailpit.listMessages()).unread, 0);

assert.equal(await mailpit.setTags({ IDs: [sent.ID], Tags: ['One', 'a/b ü'] }), 'ok');
assert.deepEqual(await mailpit.getTags(), ['a/b ü', 'One']);
assert.equal(await mailpit.renameTag('a/b ü', 'Two'), 'ok');
assert.equal(await mailpit.deleteTag('One'), 'ok');
assert.deepEqual(await mailpit.getTags(), ['Two']);
assert.equal((await mailpit.searchMessages({ query: 'tag:Two' })).messages_count, 1);
const info = await mailpit.getInfo();
assert.deepEqual([info.Messages, info.Unread, info.Tags], [2, 0, { Two: 1 }]);
assert.ok(info.RuntimeStats.SMTPAccepted >= 2, JSON.stringify(info));
assert.ok(info.RuntimeStats.Uptime >= 0 && info.RuntimeStats.Memory > 0, JSON.stringify(info));
assert.equal(await mailpit.setTags({ IDs: [sent.ID] }), 'ok');
assert.deepEqual(await mailpit.getTags(), []);

const set = await mailpit.getConfiguration();
assert.deepEqual([set.Label, set.MessageRelay.Enabled, set.SpamAssassin, set.ChaosEnabled, set.DuplicatesIgnored, set.HideDeleteAllButton], ['', false, false, false, false, false]);

// What Smtpd does not have says so.
for (const call of [() => mailpit.htmlCheck(), () => mailpit.linkCheck(), () => mailpit.spamAssassinCheck(), () => mailpit.getChaosTriggers(),
  () => mailpit.setChaosTriggers(), () => mailpit.releaseMessage(sent.ID, { To: ['a@b.c'] }), () => mailpit.getAttachmentThumbnail(sent.ID, '2')])
  await assert.rejects(call, /404 .*\{"Error":"Smtpd /s);

assert.equal(await mailpit.deleteMessagesBySearch({ query: 'subject:Another' }), 'ok');
assert.deepEqual((await mailpit.listMessages()).messages.map(one => one.ID), [sent.ID]);
assert.equal(await mailpit.deleteMessages({ IDs: [sent.ID] }), 'ok');
assert.equal((await mailpit.listMessages()).total, 0);
console.log('all answered as expected');
