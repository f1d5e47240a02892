import assert from 'node:assert/strict';
import { setTimeout as sleep } from 'node:timers/promises';
import { Desk } from '../drivers/desk.mjs';
import { Screen } from '../drivers/screen.mjs';
import { accessibility } from '../harness/browser.mjs';
import { spec } from '../harness/spec.mjs';

// Signing in by the city's own provider, a real one: what a person meets when it is down, when it knows somebody whom
// nobody here opened an account to, and when all is well.

const who = 'leader';
const wanted = '/command?tab=all';

/** An administrator opens the account to the provider, or closes it. */
async function allow(origin, allowed) {
  const desk = new Desk(origin);
  await desk.signIn('administrator');
  const { items } = await (await desk.ask('/api/v1/accounts?limit=100')).json();
  const { id } = items.find(({ login }) => login === who);
  const { rev } = await (await desk.ask(`/api/v1/accounts/${id}`)).json();
  const headers = { 'If-Match': `"${rev}"` };
  await desk.ask(`/api/v1/accounts/${id}`, { method: 'PATCH', body: { sso_allowed: allowed }, headers });
}

const through = spec(
  'single sign-on at a real provider ends at the page asked for; down or unknown, a page says so in both languages',
  { size: 'desk', axe: true, own: true },
  async (world) => {
    const { given, when, then, origin, open, provider } = world;
    const one = await open({ by: origin.replace('127.0.0.1', 'localhost'), also: provider.issuer });
    const { page, context } = one;
    /** The server asks a provider that was down again after a few seconds only. */
    const taken = async () => {
      const begun = () => context.request.get('/api/v1/session/sso', { maxRedirects: 0 });
      const end = Date.now() + 15_000;
      while ((await begun()).status() !== 303) {
        assert.ok(Date.now() < end, 'the server does not find the provider again');
        await sleep(250);
      }
    };
    const begin = () => page.getByRole('link', { name: '统一认证登录' }).click();
    const signIn = async () => {
      await begin();
      await page.waitForURL(`${provider.issuer}/login/**`);
      await page.locator('input[name=username]').fill(who);
      await page.locator('input[name=password]').fill(provider.password);
      await page.locator('[type=submit]').click();
    };
    /** A page that says it in Chinese and in English, and leads back to where one wanted to go. */
    const refused = async (zh, en) => {
      await page.getByRole('heading', { name: '登录未完成' }).waitFor();
      await page.getByText(zh).waitFor();
      await page.locator('[lang=en]').getByText(en).waitFor();
      assert.deepEqual(await accessibility(page), []);
      assert.equal((await context.request.get('/api/v1/session')).status(), 401);
      await page.getByRole('link', { name: '返回登录' }).click();
      await page.waitForURL(`**${wanted}`);
    };

    await given('nobody is signed in, and the provider is down', () => page.goto(wanted));
    await when('somebody goes there', begin);
    await then('it is said, and how to sign in instead', () =>
      refused('统一认证暂时无法连接。可以用密码登录。', 'cannot be reached just now'),
    );
    await given('a provider that knows them', async () => {
      await provider.start(who);
      await taken();
    });
    await when('they say there who they are', signIn);
    await then('it is said that no account here is open to it', () =>
      refused('没有向它开放的账号', 'no account'),
    );
    await when('an administrator opens the account, and they try again', async () => {
      await allow(origin, true);
      await signIn();
    });
    await then('they are signed in, at the page they wanted', async () => {
      await page.waitForURL(`**${wanted}`);
      const screen = new Screen({ page, context }, origin);
      await screen.listed();
      const me = await (await context.request.get('/api/v1/session')).json();
      assert.equal(me.login, who);
    });
    await allow(origin, false);
    await provider.stop();
  },
);

export default [through];
