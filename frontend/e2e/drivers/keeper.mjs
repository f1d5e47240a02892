import { Desk } from './desk.mjs';

/** The registry's page as somebody who keeps it uses it. */
export class Keeper {
  constructor({ page, context }, origin) {
    this.page = page;
    this.context = context;
    this.origin = origin;
    this.desk = new Desk(origin);
  }

  async enter(login, address = '/admin') {
    await this.desk.signIn(login);
    await this.desk.enter(this.context);
    await this.page.goto(address);
    await this.page.locator('.admin main').waitFor();
  }

  section(name) {
    return this.page.getByRole('navigation', { name: '栏目' }).getByRole('button', { name, exact: true });
  }

  /** A tab of the registry, with its list there. */
  async tab(name) {
    await this.page.getByRole('tab', { name, exact: true }).click();
    await this.listed();
  }

  async listed() {
    await this.page.locator('#registry-list [aria-busy="false"]').waitFor();
  }

  rows() {
    return this.page.locator('#registry-list tbody tr');
  }

  // files

  async upload(name, buffer, kind) {
    const { page } = this;
    await page.locator('input[type=file]').setInputFiles({ name, mimeType: 'text/csv', buffer });
    if (kind) await page.getByLabel('文件内容').selectOption({ label: kind });
    await page.getByRole('button', { name: '上传', exact: true }).click();
    await page.locator('.desk[data-state="uploaded"]').waitFor();
  }

  /** The column that a field is taken from. */
  column(field) {
    return this.page.locator(`tr[data-field="${field}"] select`).first();
  }

  async run(button) {
    await this.page.getByRole('main').getByRole('button', { name: button, exact: true }).click();
    const trial = button.startsWith('试运行');
    await this.page.locator(`.report[data-state="done"][data-trial="${trial}"]`).waitFor({ timeout: 60_000 });
  }

  /** The end report: {read, fresh, changed, unchanged, refused, doubtful}. */
  counts() {
    return this.page
      .locator('.report [data-count]')
      .evaluateAll((all) =>
        Object.fromEntries(
          all.map((one) => [
            one.dataset.count,
            Number(one.querySelector('dd').textContent.replace(/\D/g, '')),
          ]),
        ),
      );
  }

  // the building view

  async stack(building) {
    await this.page.goto(`/admin?building=${building}`);
    await this.page.locator('.stack-page .view[aria-busy="false"]').waitFor();
  }

  rooms() {
    return this.page.locator('table.stack td[data-room]');
  }

  /** What a screen reader hears of the room with the focus. */
  focused() {
    return this.page.evaluate(() => document.activeElement?.getAttribute('aria-label') ?? '');
  }

  async press(...keys) {
    for (const key of keys) await this.page.keyboard.press(key);
  }

  /** Fills a field of the wizard by its words. */
  async fill(label, value) {
    await this.page.locator('form.wizard').getByLabel(label, { exact: false }).first().fill(String(value));
  }
}

/** A building that anybody can find in the town, with its id. */
export async function someBuilding(town, nth = 0) {
  const { items } = await town.get(`/api/v1/search?q=${encodeURIComponent('栋')}&limit=20`);
  const found = items.filter((one) => one.type === 'building')[nth];
  if (!found) throw new Error('the town has no building that can be found');
  return town.get(`/api/v1/buildings/${found.id}`);
}
