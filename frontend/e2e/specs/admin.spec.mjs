import assert from 'node:assert/strict';
import { Keeper, someBuilding } from '../drivers/keeper.mjs';
import { laidOut, overflow, overflowAt } from '../drivers/screen.mjs';
import { accessibility, sizes } from '../harness/browser.mjs';
import { spec } from '../harness/spec.mjs';
import { Town } from '../harness/town.mjs';

// What holds for every section of the registry's page, and who sees what.

const sections = [
  ['the files', '/admin?section=import', '.start'],
  ['people', '/admin?tab=people', '#registry-list [aria-busy="false"]'],
  ['moves in and out', '/admin?tab=flows', '[data-community]'],
  ['buildings', '/admin?tab=buildings', '#registry-list [aria-busy="false"]'],
  ['organisations', '/admin?tab=organisations', '#registry-list [aria-busy="false"]'],
  ['services', '/admin?tab=services', '#registry-list [aria-busy="false"]'],
  ['facilities', '/admin?tab=facilities', '#registry-list [aria-busy="false"]'],
  ['plates', '/admin?section=plates', '.sheet-picture'],
  ['files out', '/admin?section=export', 'form'],
];

/** What administrators have beside it. */
const offices = [
  ['accounts', '/admin?section=accounts', 'tr[data-login="operator"]'],
  ['a new account', '/admin?section=accounts', 'tr[data-login="operator"]', '新建账号'],
  ['departments', '/admin?section=departments', 'tr[data-code]'],
  ['the people of a department', '/admin?section=departments', 'tr[data-code]', /^园林所/],
  ['keys', '/admin?section=keys', '.sheet .empty, tr[data-key]'],
  ['a new key', '/admin?section=keys', '.sheet .empty, tr[data-key]', '生成密钥'],
  ['how long people are kept', '/admin?section=retention', '[data-sum="due"]'],
  ['the log', '/admin?section=audit', 'tr[data-action]'],
  ['an entry of the log', '/admin?section=audit', 'tr[data-action]', '登录'],
  ['the settings', '/admin?section=settings', '[data-setting="contact"]'],
  [
    'a setting that is changed',
    '/admin?section=settings',
    '[data-setting="contact"]',
    '修改 需要第二步验证的岗位',
  ],
  ['one’s own security', '/account', '.deputies'],
  ['the naming of a deputy', '/account', '.deputies', '指定代理人'],
  ['a link that is over', '/link#0123456789abcdefghijklmnop', 'h1'],
];

/** Opens one of them, and presses what is to be pressed there. */
async function openOffice(page, [, address, there, button]) {
  await page.goto('about:blank'); // an address that differs in its fragment alone is no new page
  await page.goto(address);
  await page.locator(there).first().waitFor({ state: 'attached' });
  if (button) await page.getByRole('button', { name: button }).first().click();
  await page.locator('[role=status] .bone').first().waitFor({ state: 'detached' });
}

const officesClean = [['wide'], ['phone', 'small']].map((windows) =>
  spec(
    `axe finds nothing where administrators work, and nothing overflows (${windows.join(', ')})`,
    { size: windows[0], axe: true },
    async (world) => {
      const { when, then, origin, page } = world;
      await new Keeper(world, origin).enter('administrator');
      for (const office of offices) {
        await page.setViewportSize(sizes[windows[0]]);
        await when(`${office[0]} is open`, () => openOffice(page, office));
        for (const size of windows) {
          await page.setViewportSize(sizes[size]);
          await laidOut(page);
          await then(`${office[0]} is clean (${size})`, async () =>
            assert.deepEqual(await accessibility(page), []),
          );
          await then(`${office[0]} fits (${size})`, async () => assert.deepEqual(await overflow(page), []));
        }
      }
      await then('the banner of the demo is one line that hides nothing', async () => {
        await page.goto('/admin?section=settings');
        const [banner, app] = await page.evaluate(() =>
          ['.demo-town', '#app'].map((of) => document.querySelector(of).getBoundingClientRect().toJSON()),
        );
        assert.ok(banner.height < 30, `the banner is ${banner.height} px high`);
        assert.ok(app.top >= banner.bottom, 'it lies over the page');
      });
    },
  ),
);

const paper = spec('by night, every page prints dark on white', { size: 'wide' }, async (world) => {
  const { when, then, origin, page } = world;
  const keeper = new Keeper(world, origin);
  await keeper.enter('administrator');
  await page.addInitScript(() => {
    for (const name of ['admin', 'account', 'command', 'plan', 'public', 'link'])
      localStorage.setItem(`onemap.theme.${name}`, 'night');
  });
  const light = (colour) => {
    const [r, g, b] = colour.match(/[\d.]+/g).map(Number);
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const shown = () =>
    page.evaluate(() => {
      const of = (one) => getComputedStyle(one);
      const heads = [...document.querySelectorAll('h1, h2, h3, th, td, p')].filter((one) =>
        one.checkVisibility(),
      );
      return [of(document.body).backgroundColor, ...heads.map((one) => of(one).color)];
    });
  for (const address of [
    '/admin?section=accounts',
    '/admin?section=settings',
    '/admin?section=audit',
    '/account',
    '/command',
    '/plan',
    '/',
    '/link',
  ]) {
    await when(`${address} is open by night`, async () => {
      await page.emulateMedia({ media: 'screen' });
      await page.goto(address);
      await page.locator('#app h1, #app h2').first().waitFor();
      await page.locator('html[data-theme="night"]').waitFor();
    });
    await then('it is dark on the screen', async () => assert.ok(light((await shown())[0]) < 60));
    await then('and dark on white on paper', async () => {
      await page.emulateMedia({ media: 'print' });
      const [ground, ...words] = await shown();
      assert.ok(light(ground) > 200, `${address} prints on ${ground}`);
      assert.deepEqual(
        words.filter((one) => light(one) > 140),
        [],
        `${address} prints pale words`,
      );
    });
  }
});

/** With the other windows, in which the page that is open has to fit as well. */
const clean = [['wide'], ['phone', 'small', 'desk', 'wide']].map(([size, ...others]) =>
  spec(
    `axe finds nothing in the registry, and nothing overflows (${size})`,
    { size, axe: true },
    async (world) => {
      const { when, then, origin, page } = world;
      const keeper = new Keeper(world, origin);
      const holds = async () => {
        assert.deepEqual(await accessibility(page), []);
        assert.deepEqual(await overflow(page), []);
        assert.deepEqual(await overflowAt(page, ...others), []);
      };
      await keeper.enter('registrar');
      for (const [name, address, there] of sections) {
        await when(`${name} are open`, async () => {
          await page.goto(address);
          await page.locator(there).first().waitFor({ state: 'attached' });
        });
        await then(`${name} are clean`, holds);
      }
      const building = await someBuilding(new Town(origin));
      await when('a building is open', () => keeper.stack(building.properties.id));
      await then('it is clean by day', holds);
      await when('the theme of the night is on', () =>
        page.getByRole('button', { name: '换成夜间配色' }).click(),
      );
      await then('it is clean by night', holds);
    },
  ),
);

const rights = spec('a role without rights is told so, in words', { size: 'desk' }, async (world) => {
  const { when, then, origin, page } = world;
  const keeper = new Keeper(world, origin);
  await when('a planner opens the import by its address', () =>
    keeper.enter('planner', '/admin?section=import'),
  );
  await then('a sentence says who does it, and no section is offered that is refused', async () => {
    await page.getByText('您的岗位不办理这一项').waitFor();
    assert.equal(await keeper.section('导入').count(), 0);
  });
  await when('the planner looks for people', () => page.goto('/admin?tab=people'));
  await then('nobody is shown', async () => {
    await page.getByText('您的岗位看不到人口记录').waitFor();
    assert.equal(await keeper.rows().count(), 0);
  });
});

const tree = spec('the address keeps section, area and record', { size: 'desk' }, async (world) => {
  const { when, then, origin, page } = world;
  const keeper = new Keeper(world, origin);
  await keeper.enter('registrar', '/admin?tab=buildings');
  await keeper.listed();
  await when('an area is chosen by keyboard and a record by mouse', async () => {
    await page.getByRole('treeitem').first().focus();
    await keeper.press('ArrowDown', 'Enter');
    await keeper.listed();
    await page.locator('#registry-list tbody button').first().click();
    await page.locator('.record-panel .facts').waitFor();
  });
  const address = page.url();
  await then('the same is seen by whoever opens the address', async () => {
    assert.match(address, /region=\d+/);
    assert.match(address, /[?&]id=/);
    const title = await page.locator('.record-panel h2').innerText();
    await page.goto(address);
    await page.locator('.record-panel .facts').waitFor();
    assert.equal(await page.locator('.record-panel h2').innerText(), title);
    assert.equal(await page.locator('[role=treeitem][aria-selected=true]').count(), 1);
  });
});

const nothing = spec(
  'an empty register says so and leads to importing',
  { size: 'desk', axe: true },
  async (world) => {
    const { given, when, then, origin, page } = world;
    const keeper = new Keeper(world, origin);
    await given('a city without buildings', async () => {
      await page.route(/\/api\/v1\/buildings\?/, (route) =>
        route.fulfill({ json: { type: 'FeatureCollection', features: [], next: '' } }),
      );
      await keeper.enter('registrar', '/admin?f.use=residence');
    });
    await then('a narrowed list only says that nothing fits', () =>
      page.getByText('没有符合条件的记录').waitFor(),
    );
    await when('nothing narrows it', async () => {
      await page.goto('/admin');
      await page.getByText('还没有楼房记录').waitFor();
      assert.deepEqual(await accessibility(page), []);
      await page.getByRole('button', { name: '去导入' }).click();
    });
    await then('files are taken in', () => page.locator('.start').waitFor());
    await then('who keeps no register is not sent there', async () => {
      await keeper.enter('operator', '/admin');
      await page.getByText('还没有楼房记录').waitFor();
      assert.equal(await page.getByRole('button', { name: '去导入' }).count(), 0);
    });
  },
);

export default [nothing, ...clean, rights, tree, ...officesClean, paper];
