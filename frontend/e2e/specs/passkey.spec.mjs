import assert from 'node:assert/strict';
import { accessibility } from '../harness/browser.mjs';
import { spec } from '../harness/spec.mjs';

/** A browser's own authenticator, without a hand that touches it. */
async function authenticator({ context, page }) {
  const cdp = await context.newCDPSession(page);
  await cdp.send('WebAuthn.enable');
  const { authenticatorId } = await cdp.send('WebAuthn.addVirtualAuthenticator', {
    options: {
      protocol: 'ctap2',
      transport: 'internal',
      hasResidentKey: true,
      hasUserVerification: true,
      isUserVerified: true,
      automaticPresenceSimulation: true,
    },
  });
  return {
    credentials: async () => (await cdp.send('WebAuthn.getCredentials', { authenticatorId })).credentials,
    /** The authenticator as it was: what a copy of it would answer. */
    rewind: async (credential, signCount) => {
      await cdp.send('WebAuthn.removeCredential', {
        authenticatorId,
        credentialId: credential.credentialId,
      });
      await cdp.send('WebAuthn.addCredential', {
        authenticatorId,
        credential: { ...credential, signCount },
      });
    },
  };
}

async function out(page) {
  await page.click('.account .me');
  await page.click('.account .pop button:has-text("退出登录")');
  await page.waitForSelector('button:has-text("用通行密钥登录")');
}

export default [
  spec(
    'a passkey signs in without a name, and its copy does not',
    { axe: true },
    async ({ open, origin, given, when, then }) => {
      // Browsers give a passkey to a name, not to a bare address.
      const one = await open({ by: origin.replace('127.0.0.1', 'localhost') });
      const { page } = one;
      const key = await authenticator(one);
      await given('somebody who is signed in by password', async () => {
        await page.goto('/account');
        await page.fill('input[autocomplete=username]', 'planner');
        await page.fill('input[type=password]', 'onemap-demo');
        await page.click('form button[type=submit]');
        await page.waitForSelector('section');
      });
      await when('a passkey is added', async () => {
        await page.click('button:has-text("添加通行密钥")');
        await page.fill('form.row input', '办公电脑');
        await page.click('form.row button[type=submit]');
        await page.click('button:has-text("已经保存好了")');
        await page.waitForSelector('li:has-text("办公电脑")');
        assert.deepEqual(await accessibility(page), []);
      });
      await then('it signs in again, without a name', async () => {
        await out(page);
        await page.click('button:has-text("用通行密钥登录")');
        await page.waitForSelector('li:has-text("办公电脑")');
      });
      await then('a copy with an older counter does not, and nobody does with it from then on', async () => {
        const [credential] = await key.credentials();
        await out(page);
        await key.rewind(credential, 0);
        await page.click('button:has-text("用通行密钥登录")');
        await page.waitForSelector('[role=alert]:has-text("被复制过")');
      });
    },
  ),
];
