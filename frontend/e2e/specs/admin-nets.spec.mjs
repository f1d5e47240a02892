import assert from 'node:assert/strict';
import { Keeper } from '../drivers/keeper.mjs';
import { accessibility } from '../harness/browser.mjs';
import { spec } from '../harness/spec.mjs';
import { Town } from '../harness/town.mjs';

// The police bring their grids: two over a community, parted beside our borders, and one that crosses itself.

const ring = (...corners) => [[...corners, corners[0]]];
const cell = (code, coordinates) => ({
  type: 'Feature',
  properties: { 警务区编码: code, 警务区名称: `${code}警务区` },
  geometry: { type: 'Polygon', coordinates },
});

function beats([west, south, east, north]) {
  const middle = west + (east - west) * 0.43;
  const features = [
    cell('JW-01', ring([west, south], [middle, south], [middle, north], [west, north])),
    cell('JW-02', ring([middle, south], [east, south], [east, north], [middle, north])),
    cell('JW-03', ring([west, south], [east, north], [east, south], [west, north])),
  ];
  return Buffer.from(JSON.stringify({ type: 'FeatureCollection', features }));
}

const police = spec(
  'another department’s grids come in, are compared with ours, and a merged net is drafted',
  { size: 'desk', axe: true },
  async (world) => {
    const { given, when, then, origin, page } = world;
    const keeper = new Keeper(world, origin);
    const place = await given('a community of the town', async () => {
      const { items } = await new Town(origin).get('/api/v1/regions?level=community');
      return items[0];
    });
    await given('an administrator at its nets', () =>
      keeper.enter('administrator', `/admin?section=nets&region=${place.code}`),
    );

    await when('the net is named', async () => {
      if (!(await page.locator('details.add').getAttribute('open')))
        await page.locator('details.add').evaluate((one) => one.setAttribute('open', ''));
      await page.getByLabel('名称（可不填）', { exact: true }).fill('东门派出所警务区');
      await page.getByRole('button', { name: '登记', exact: true }).click();
      await page.getByText('还没有导入网格').waitFor();
    });
    await when('its file is chosen', async () => {
      const name = '警务区.geojson';
      await page
        .locator('.file input[type=file]')
        .setInputFiles({ name, mimeType: 'application/geo+json', buffer: beats(place.bbox) });
      await page.locator('.desk[data-state="uploaded"]').waitFor();
    });
    await then(
      'the page of all imports knows whose grids they are, and which column has their codes',
      async () => {
        assert.match(
          await page.getByLabel('是哪套部门网格').locator('option:checked').innerText(),
          /东门派出所警务区/,
        );
        assert.match(await keeper.column('code').inputValue(), /警务区编码/);
      },
    );
    await when('it is imported', () => keeper.run('导入'));
    await then('two are in, and the one that crosses itself is refused', async () => {
      const { read, fresh, refused } = await keeper.counts();
      assert.deepEqual({ read, fresh, refused }, { read: 3, fresh: 2, refused: 1 });
    });

    await when('they go back to the nets', async () => {
      await page.goto(`/admin?section=nets&region=${place.code}`);
      await page.getByRole('button', { name: '东门派出所警务区' }).click();
    });
    await then('the net says who brought its file', () =>
      page
        .locator('.desk header')
        .getByText(/演示·管理员.*警务区\.geojson/)
        .waitFor(),
    );
    await then('places where borders part are listed, the most people first', async () => {
      await page.locator('.line').first().waitFor();
      const people = (await page.locator('.line').allInnerTexts()).map((one) =>
        Number(/^([^\n]+) 人/m.exec(one)[1].replace(/\s/g, '')),
      );
      assert.deepEqual(
        people,
        [...people].sort((a, b) => b - a),
      );
    });
    await then('a department’s code leads to grids of ours', async () => {
      await page.getByLabel('部门的网格编码').fill('JW-01');
      await page.keyboard.press('Enter');
      await page.getByText('JW-01警务区 JW-01 在我们的网格里').waitFor();
      assert.match(await page.locator('.found li').first().innerText(), /占 [\d.]+%/);
    });
    await then('axe finds nothing', async () => assert.deepEqual(await accessibility(page), []));

    await when('a merged net is asked for', async () => {
      await page.getByRole('button', { name: /全部部门网格/ }).click();
      await page.locator('.fit tbody tr').first().waitFor();
      await page.getByRole('button', { name: '生成多网合一方案' }).click();
      await page.locator('.made').waitFor({ timeout: 60_000 });
    });
    await then('how well it fits stands before and after, and axe finds nothing', async () => {
      assert.deepEqual(await accessibility(page), []);
    });
    await when('the draft is opened', () => page.getByRole('button', { name: '看草稿、预览并发布' }).click());
    await then('it is a draft of grids like any other', () =>
      page
        .locator('.admin main[data-section="grids"]')
        .getByText('多网合一')
        .or(page.locator('input[value*="多网合一"]'))
        .first()
        .waitFor(),
    );
    await when('the net is taken away again', async () => {
      await page.goto(`/admin?section=nets&region=${place.code}`);
      await page.getByRole('button', { name: '东门派出所警务区' }).click();
      await page.getByRole('button', { name: '删除这套网格' }).click();
      await page.getByRole('button', { name: '删除', exact: true }).click();
    });
    await then('nothing of it is left', async () => {
      await page.locator('details.add').waitFor();
      assert.equal(await page.getByRole('button', { name: '东门派出所警务区' }).count(), 0);
    });
  },
);

export default [police];
