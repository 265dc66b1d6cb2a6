// The citizens' page: without a script, with one, by keyboard, in both languages, on a slow phone.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { accessible } from './axe.mjs';
import { withinBudget } from './budget.mjs';
import { pictures, SIZES } from './pictures.mjs';
import { Browser, Gateway, Server } from './world.mjs';

// Friday morning; what is settled by then can be brought on Monday.
const CLOCK = '2019-06-14T07:00:00+07:00';
const PHONE = '0912 345 678';
const dossier = (n) => `000.00.00.H51-190603-${String(n).padStart(4, '0')}`;

let server;
let browser;
let gateway;
before(async () => {
  gateway = await Gateway.open();
  server = await Server.demo({ clock: CLOCK, gateway });
  browser = await Browser.open();
  for (const n of [9101, 9102, 9103]) await server.dossier(dossier(n), { phone: PHONE });
});
after(async () => {
  await browser?.end();
  await server?.end();
  await gateway?.end();
});

async function slip(page, n) {
  await page.goto(server.base);
  await page.locator('#dossier').fill(dossier(n));
  await page.locator('#phone').fill(PHONE);
  await page.getByRole('button', { name: /^(Tiếp tục|Continue)$/ }).click();
}

/** Accessible in both languages and schemes; it comes back to Vietnamese. */
async function clean(page, name) {
  for (const tongue of ['vi', 'en']) {
    for (const scheme of ['light', 'dark']) {
      await page.emulateMedia({ colorScheme: scheme });
      await accessible(page, `${name} ${tongue} ${scheme}`);
    }
    await page.locator('.turn').click();
    await page.locator(`html[lang=${tongue === 'vi' ? 'en' : 'vi'}] main h1`).waitFor();
  }
  await page.emulateMedia({ colorScheme: 'light' });
}

test('a citizen asks in four steps, confirms and follows', { timeout: 90_000 }, async () => {
  const page = await browser.page();
  await page.goto(server.base);
  await page.getByRole('heading', { name: 'Nhận kết quả tại nhà' }).waitFor();
  await clean(page, 'citizen-ask');
  await pictures(page, 'citizen-ask');
  // What is wrong is said at its field, and the cursor is there.
  await page.locator('#dossier').fill('H51');
  await page.locator('#phone').fill(PHONE);
  await page.locator('#phone').press('Enter');
  await page.locator('#dossier-fault').waitFor();
  assert.equal(await page.evaluate(() => document.activeElement?.id), 'dossier');
  await accessible(page, 'a fault');
  await page.locator('#dossier').fill(dossier(9101));
  await page.getByRole('button', { name: 'Tiếp tục' }).click();

  // Places are found while one types, without a button.
  await page.getByRole('heading', { name: 'Nhận ở đâu, khi nào?' }).waitFor();
  await page.locator('#address').pressSequentially('12 tran hung dao phuong 6 thanh pho soc trang', { delay: 5 });
  await page.locator('[name=half_day]').first().waitFor();
  assert.equal(await page.evaluate(() => document.activeElement?.id), 'address', 'the cursor stays');
  assert.ok((await page.locator('[name=commune]:checked').count()) === 1);
  await clean(page, 'citizen-where');
  await page.locator('[name=half_day]').first().waitFor();

  // The map comes when it is wanted.
  const loaded = () => page.evaluate(() => performance.getEntriesByType('resource').some((one) => /\/map-/.test(one.name)));
  assert.equal(await loaded(), false);
  await page.getByRole('button', { name: 'Ghim trên bản đồ' }).click();
  await page.locator('canvas.maplibregl-canvas').waitFor();
  assert.equal(await loaded(), true);
  await pictures(page, 'citizen-map');
  await page.locator('canvas.maplibregl-canvas').focus();
  await page.keyboard.press('ArrowRight');
  await page.getByRole('button', { name: 'Ghim ở đây' }).click();
  await page.getByText('Đã ghim vị trí nhà.').waitFor();
  await page.getByText('Thứ Hai 17/06/2019').first().click();
  await pictures(page, 'citizen-where');
  await page.getByRole('button', { name: 'Tiếp tục' }).click();

  await page.getByRole('heading', { name: 'Ai nhận?' }).waitFor();
  await page.getByText('26.000 đồng').waitFor();
  await page.locator('#name').fill('Trần Thị Lụa');
  await page.getByText('Người được uỷ quyền').click();
  await page.locator('#delegate_name').fill('Lê Văn Sơn');
  await page.locator('#authorisation').fill('12/UQ');
  await page.getByText('Tôi đồng ý').click();
  await clean(page, 'citizen-who');
  await pictures(page, 'citizen-who');
  await page.getByRole('button', { name: 'Gửi yêu cầu' }).click();

  await page.getByRole('heading', { name: 'Nhập mã xác nhận' }).waitFor();
  await clean(page, 'citizen-code');
  await pictures(page, 'citizen-code');
  await page.locator('#code').fill(await gateway.code());
  await page.getByRole('button', { name: 'Xác nhận' }).click();
  await page.getByText('Yêu cầu đã được xác nhận.').waitFor();
  // A browser without a push service says that it cannot; the service is told of none.
  await page.getByRole('button', { name: 'Báo cho tôi trên trình duyệt này' }).click();
  await page.getByText('Trình duyệt không cho phép thông báo.').waitFor();
  assert.equal(await page.locator('#bell button').getAttribute('aria-pressed'), 'false');
  await clean(page, 'citizen-follow');
  await pictures(page, 'citizen-follow');
  await page.getByRole('link', { name: 'Đổi địa chỉ hoặc buổi nhận' }).click();
  await page.locator('[name=half_day]').first().waitFor();
  await clean(page, 'citizen-change');
  await pictures(page, 'citizen-change');
  await page.getByText('Thứ Ba 18/06/2019').first().click();
  await page.getByRole('button', { name: 'Thay đổi' }).click();
  await page.getByText('Đã thay đổi.').waitFor();
  assert.match(await page.locator('#state').innerText(), /Thứ Ba 18\/06\/2019/);
  await page.getByRole('link', { name: 'Huỷ yêu cầu' }).click();
  await page.getByRole('button', { name: 'Huỷ yêu cầu' }).click();
  await page.getByText('Đã huỷ yêu cầu.').waitFor();
  await page.getByRole('link', { name: 'Xoá dữ liệu của tôi' }).click();
  await accessible(page, 'erase');
  await page.getByRole('button', { name: 'Xoá tất cả' }).click();
  await page.getByRole('heading', { name: 'Đã xoá dữ liệu' }).waitFor();
  assert.deepEqual(page.failures, []);
  await page.close();
});

test('without JavaScript it goes as far', { timeout: 60_000 }, async () => {
  const context = await browser.browser.newContext({ javaScriptEnabled: false, viewport: SIZES.phone });
  context.setDefaultTimeout(15_000);
  const page = await context.newPage();
  const sent = gateway.messages.length;
  await slip(page, 9102);
  await page.locator('#address').fill('12 Trần Hưng Đạo, Phường 6, thành phố Sóc Trăng');
  await page.locator('#address').press('Enter');
  await page.locator('[name=half_day]').first().check();
  assert.equal(await page.locator('#pin').isVisible(), false, 'what needs a script is not shown');
  await page.getByRole('button', { name: 'Tiếp tục' }).click();
  await page.locator('#name').fill('Trần Thị Lụa');
  await page.getByRole('button', { name: 'Gửi yêu cầu' }).click();
  await page.locator('#consent-fault').waitFor();
  await page.locator('[name=consent]').check();
  await page.getByRole('button', { name: 'Gửi yêu cầu' }).click();
  await page.locator('#code').fill(await gateway.code(sent));
  await page.getByRole('button', { name: 'Xác nhận' }).click();
  await page.getByText('Cơ quan chuyên môn đang giải quyết hồ sơ.').waitFor();
  await page.getByRole('link', { name: 'Đến quầy nhận' }).click();
  await page.getByRole('button', { name: 'Lấy số' }).click();
  await page.getByText(/số thứ tự 1/).waitFor();
  await page.getByText('Rất hài lòng').click();
  await page.getByRole('button', { name: 'Gửi đánh giá' }).click();
  await page.getByText('Cảm ơn bạn đã đánh giá.').waitFor();
  await context.close();
});

test('the first load is small, quick on a slow phone, and asks no other host', { timeout: 60_000 }, () =>
  withinBudget('citizen', `${server.base}/`, async (page) => {
    await page.locator('#dossier').fill(dossier(9103));
    assert.ok(await page.getByRole('button', { name: 'Tiếp tục' }).isEnabled());
  }));
