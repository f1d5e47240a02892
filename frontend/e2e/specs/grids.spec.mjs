import assert from 'node:assert/strict';
import { Keeper } from '../drivers/keeper.mjs';
import { accessibility, sizes } from '../harness/browser.mjs';
import { spec } from '../harness/spec.mjs';
import { Town } from '../harness/town.mjs';

// Grids are redrawn on the page: by hand, with what is wrong shown while the hand moves, by proposals, and back again.

/** The first community of the town. */
async function community(town) {
  let code = '';
  for (let level = 0; level < 4; level++) {
    const { items } = await town.get(`/api/v1/regions${code && `?parent=${code}`}`);
    code = items[0].code;
  }
  return code;
}

/** The page of a draft as hands and eyes have it. */
class Bench {
  constructor(page) {
    this.page = page;
  }

  button(name) {
    return this.page.locator('.panel').getByRole('button', { name, exact: true });
  }

  row(code) {
    return this.page.locator(`tr[data-code="${code}"]`);
  }

  /** A request of the page that changes the draft, and its answer. */
  async sent(act, method, end) {
    const [answer] = await Promise.all([
      this.page.waitForResponse(
        (one) => one.request().method() === method && new URL(one.url()).pathname.endsWith(end),
      ),
      act(),
    ]);
    return answer;
  }

  /** Where a place is on the screen. */
  async pixel(at) {
    await this.page.waitForFunction(() => !globalThis.__onemap.map.isMoving());
    return this.page.evaluate((place) => {
      const { map } = globalThis.__onemap;
      const { x, y } = map.project(place);
      const box = map.getCanvas().getBoundingClientRect();
      return [box.x + x, box.y + y];
    }, at);
  }

  async click(at) {
    await this.page.mouse.click(...(await this.pixel(at)));
  }

  /** Takes a corner and holds it elsewhere, in pixels beside it. */
  async hold(at, dx, dy) {
    const [x, y] = await this.pixel(at);
    await this.page.mouse.move(x, y);
    await this.page.mouse.down();
    await this.page.mouse.move(x + dx / 2, y + dy / 2);
    await this.page.mouse.move(x + dx, y + dy, { steps: 2 });
  }

  terrain(path, [lon, lat]) {
    return this.page.evaluate(
      async (of) => (await (await fetch(of)).json()).features,
      `${path}?lon=${lon}&lat=${lat}&radius=250`,
    );
  }

  regions(path) {
    return this.page.evaluate(async (of) => (await (await fetch(of)).json()).features, `${path}/regions`);
  }
}

const ringOf = (region) => region.geometry.coordinates[0][0];
const corners = (region) => new Set(ringOf(region).map(String));

/** A corner that four grids share. */
function inner(regions) {
  const count = new Map();
  for (const one of regions) for (const key of corners(one)) count.set(key, (count.get(key) ?? 0) + 1);
  const [key] = [...count].find(([, n]) => n === 4);
  return key.split(',').map(Number);
}

/** Metres between a place and a line of some, or the nearest corner of them. */
function off([x, y], line) {
  const [mx, my] = [111_320 * Math.cos((y * Math.PI) / 180), 111_320];
  return Math.min(
    ...line.slice(1).map(([bx, by], i) => {
      const [ax, ay] = [(line[i][0] - x) * mx, (line[i][1] - y) * my];
      const [ux, uy] = [(bx - x) * mx - ax, (by - y) * my - ay];
      const t = Math.max(0, Math.min(1, -(ax * ux + ay * uy) / (ux * ux + uy * uy || 1)));
      return Math.hypot(ax + t * ux, ay + t * uy);
    }),
  );
}

/** The place on what borders may follow, of a kind, that is nearest to a corner and has nothing else beside it. */
function lonely(around, kind, regions, corner) {
  const lines = (one) =>
    one.geometry.type === 'LineString' ? [one.geometry.coordinates] : one.geometry.coordinates.flat();
  const borders = regions.flatMap(({ geometry }) => geometry.coordinates.flat());
  const others = [...borders, ...around.filter(({ properties }) => properties.kind !== kind).flatMap(lines)];
  const places = around
    .filter(({ properties }) => properties.kind === kind)
    .flatMap(lines)
    .flatMap((line) =>
      kind === 'buildings'
        ? line
        : line.slice(1).map(([x, y], i) => [(x + line[i][0]) / 2, (y + line[i][1]) / 2]),
    );
  const free = places.filter(
    (place) => off(place, [corner, corner]) < 220 && others.every((line) => off(place, line) > 12),
  );
  const [first] = free.sort((a, b) => off(a, [corner, corner]) - off(b, [corner, corner]));
  assert.ok(first, `nothing of ${kind} stands alone near ${corner}`);
  return first;
}

const redraw = spec(
  'grids are cut anew, drafted, split, shaped, mended by a proposal, previewed, published and put back',
  { size: 'wide', axe: true },
  async (world) => {
    const { given, when, then, origin, page } = world;
    const keeper = new Keeper(world, origin);
    const bench = new Bench(page);
    const clean = async () => assert.deepEqual(await accessibility(page), []);
    const place = await community(new Town(origin));
    let path;
    let regions;

    await given('an administrator at a community whose borders are sound', async () => {
      await keeper.enter('administrator', `/admin?section=grids&region=${place}`);
      await page.getByText('现行边界没有发现问题。').waitFor();
    });
    await when('they have grids cut anew, and look first', async () => {
      await page.getByText('沿道路重新切分').click();
      await page.getByLabel('每格多少').fill('400');
      await page.getByLabel('每个社区几名网格员').fill('2');
      await bench.sent(() => bench.button('先看看').click(), 'POST', '/cuts');
    });
    await then('the report says what would come of it, and the map shows it', async () => {
      const report = await page.locator('.cut .report').innerText();
      assert.match(report, /切成 \d+ 个网格。 切到楼房 0 栋/);
      assert.match(report, /户数\s+\d.*\s+每名网格员\s+\d/);
      assert.match(await page.locator('[data-charge]').innerText(), /^演示·网格员\s+\d{3}/);
      const made = Number(/切成 (\d+)/.exec(report)[1]);
      await page.waitForFunction(
        (n) => globalThis.__onemap.map.getStyle().sources['redraw-regions']?.data.features.length === n,
        made,
      );
      await clean();
    });
    await when('they change a wish, the report goes; they look again and put it into a draft', async () => {
      await page.getByLabel('每格多少').fill('500');
      await page.locator('.cut .report').waitFor({ state: 'detached' });
      await bench.sent(() => bench.button('先看看').click(), 'POST', '/cuts');
      await bench.sent(() => bench.button('放进草稿').click(), 'POST', '/cuts');
    });
    await then('the draft says in words how it was cut, and changes nothing in force', async () => {
      await page.getByRole('heading', { name: '自动切分，每格 500 户' }).waitFor();
      await page.locator('tr[data-change="new"]').first().waitFor();
      await bench.button('← 所有草稿').click();
      await page.locator('[data-draft]').getByText('自动切分，每格 500 户').first().waitFor();
    });
    await when('they begin a draft', async () => {
      await page.getByLabel('这次调整叫什么').fill('浏览器里的调整');
      const answer = await bench.sent(() => bench.button('起草调整').click(), 'POST', '/drafts');
      path = `/api/v1/regions/${place}/drafts/${(await answer.json()).id}`;
      await page.locator('tr[data-code]').first().waitFor();
      regions = await bench.regions(path);
    });
    await when('they split a grid by a line', async () => {
      const [one] = regions;
      const xs = ringOf(one).map(([x]) => x);
      const ys = ringOf(one).map(([, y]) => y);
      const x = (Math.min(...xs) + Math.max(...xs)) / 2 + 2e-5;
      await bench.row(one.id).getByRole('checkbox').check();
      await bench.button('切开').click();
      await bench.click([x, Math.min(...ys) - 4e-4]);
      await bench.click([x, Math.max(...ys) + 4e-4]);
      await page.getByText('已点 2 个点').waitFor();
      await bench.sent(() => bench.button('沿线切开').click(), 'PATCH', path);
    });
    await then('there is a new grid made of it', () => page.locator('tr[data-change="new"]').waitFor());

    let corner;
    await when('they hold a corner far over a neighbour', async () => {
      regions = await bench.regions(path);
      corner = inner(regions.slice(5));
      await bench.row(regions[0].id).getByRole('checkbox').uncheck();
      await bench.button('改边界').click();
      await bench.hold(corner, 330, 12);
    });
    await then('what is wrong is said while they hold it, and nothing is sent when they let go', async () => {
      await page.locator('[data-wrong="overlaps"]').first().waitFor();
      await page.mouse.up();
      await bench.button('仍然这样改').waitFor();
      await clean();
      await page.keyboard.press('Escape');
      await page.locator('[data-wrong]').waitFor({ state: 'detached' });
    });
    let around;
    await when('they hold it over a road', async () => {
      around = await bench.terrain(`/api/v1/regions/${place}/terrain`, corner);
      await bench.hold(corner, 40, 0);
      const [x, y] = await bench.pixel(lonely(around, 'roads', regions, corner));
      await page.mouse.move(x + 2, y + 2, { steps: 2 });
    });
    await then('it is drawn to the middle of the road, shown and said, unless Alt is held', async () => {
      await page.locator('[data-snap="roads"]').waitFor();
      await clean();
      const held = await page.evaluate(
        () => globalThis.__onemap.map.getSource('redraw-live').serialize().data,
      );
      const [at, along] = ['Point', 'LineString'].map(
        (type) => held.features.find(({ geometry }) => geometry.type === type).geometry.coordinates,
      );
      assert.ok(off(at, along) < 0.02, `${off(at, along)} m beside the road`);
      await page.keyboard.down('Alt');
      const [x, y] = await bench.pixel(lonely(around, 'roads', regions, corner));
      await page.mouse.move(x + 3, y + 2);
      await page.locator('[data-snap]').waitFor({ state: 'detached' });
      await page.keyboard.up('Alt');
      await page.keyboard.press('Escape');
      await page.mouse.up();
    });
    await when('they begin to draw at the corner of a building', async () => {
      await bench.button('新画一个').click();
      await bench.click(lonely(around, 'buildings', regions, corner));
    });
    await then('the first point is that corner', async () => {
      await page.locator('[data-snap="buildings"]').getByText('已吸附：楼角').waitFor();
      const [first] = await page.evaluate(
        () => globalThis.__onemap.map.getStyle().sources['redraw-sketch'].data.features,
      );
      const there = around.filter(({ properties }) => properties.kind === 'buildings');
      const all = there.flatMap(({ geometry }) => geometry.coordinates.flat(2)).map(String);
      assert.ok(all.includes(String(first.geometry.coordinates)), `${first.geometry.coordinates}`);
      await page.keyboard.press('Escape');
      await bench.button('改边界').click();
    });
    await when('they move it a little, by hand and by keys', async () => {
      await bench.hold(corner, 24, 14);
      await bench.sent(() => page.mouse.up(), 'PATCH', path);
      await page.locator('tr[data-change="changed"]').nth(3).waitFor();
      await page.locator('[data-corners]').focus();
      await page.keyboard.press('Shift+ArrowRight');
      await bench.sent(() => page.keyboard.press('Enter'), 'PATCH', path);
    });
    await then('all who share it have followed, and a step back takes it back', async () => {
      const now = await bench.regions(path);
      assert.equal(now.filter((one) => corners(one).has(String(corner))).length, 0);
      for (let i = 0; i < 2; i++) await bench.sent(() => page.keyboard.press('Control+z'), 'PATCH', path);
      await page.waitForFunction(() => document.querySelectorAll('tr[data-change="changed"]').length < 4);
      const back = await bench.regions(path);
      assert.equal(back.filter((one) => corners(one).has(String(corner))).length, 4);
    });

    await when('a grid goes away', async () => {
      await bench.button('改完了').click();
      await bench.row(regions[6].id).getByRole('checkbox').check();
      await bench.sent(() => bench.button('撤销').click(), 'PATCH', path);
    });
    await then('the gap is found, with ways to mend it', async () => {
      await bench.button(/^检查/).click();
      await page.locator('section[data-kind="gap"] .pick').click();
      await page.locator('.way').first().waitFor();
      await bench.button('改后').first().click();
      await page.waitForFunction(() =>
        globalThis.__onemap.map
          .getStyle()
          .sources['redraw-proposal'].data.features.some(({ properties }) => properties.role === 'after'),
      );
      await clean();
    });
    await when('they accept one', () =>
      bench.sent(() => page.locator('[data-act="mend"]').first().click(), 'POST', '/mends'),
    );
    await then('nothing stands in the way any more, and the preview says what moves', async () => {
      await page.getByText('已采纳 1 条。').waitFor();
      await page.locator('[data-weight="error"]').waitFor({ state: 'detached' });
      await bench.button('预览').click();
      await page.locator('[data-from]').first().waitFor();
      assert.ok(
        await page.locator('.preview .scroll').evaluate((one) => one.scrollWidth <= one.clientWidth),
        'the table is wider than its panel',
      );
    });
    await when('they publish it', async () => {
      await bench.button('发布').click();
      await bench.sent(() => bench.button('现在发布').click(), 'POST', '/publish');
      await page.locator('.note').filter({ hasText: '已发布为第' }).waitFor();
    });
    await then('it can be taken back where the editions are', async () => {
      await bench.button('← 所有草稿').click();
      await page.locator('[data-edition]').first().getByRole('button', { name: '撤回' }).click();
      await bench.sent(() => bench.button('撤回这一版').click(), 'POST', '/undo');
      await page.locator('.note').filter({ hasText: '已撤回' }).waitFor();
    });

    await when('they look at it on a phone, in English', async () => {
      await page.getByRole('button', { name: 'EN · English' }).click();
      await page.setViewportSize(sizes.phone);
      await page.getByRole('button', { name: 'Panel', exact: true }).click();
      await page.getByRole('button', { name: 'Begin a draft' }).waitFor();
    });
    await then('it fits, and axe finds nothing', async () => {
      await clean();
      assert.ok(
        await page.evaluate(() => document.documentElement.scrollWidth <= innerWidth),
        'it is too wide',
      );
    });
  },
);

export default [redraw];
