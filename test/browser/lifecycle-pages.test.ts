import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  keepScreenshot,
  launchBrowser,
  openPage,
  overflow,
  seriousFindings,
  views,
} from './support/browser.js';
import { type LifecycleWorld, startLifecycleWorld } from './support/lifecycle-world.js';

const directory = mkdtempSync(join(tmpdir(), 'ami-publisher-pages-'));

let browser: Browser;
let world: LifecycleWorld;

beforeAll(async () => {
  browser = await launchBrowser();
  world = await startLifecycleWorld(directory);
});
afterAll(async () => {
  await browser.close();
  await world.close();
  rmSync(directory, { recursive: true });
});

const logIn = async (page: Page): Promise<void> => {
  await page.getByLabel('API key').fill(world.key);
  await page.getByRole('button', { name: 'Log in' }).click();
};

/** A page, by way of the log-in. */
const enter = async (path: string, view = views[0]!) => {
  const opened = await openPage(browser, world.url + path, view);
  await logIn(opened.page);
  await opened.page.waitForURL(world.url + path);
  return opened;
};

const statusOf = (page: Page, event: string) =>
  page.locator(`[data-event="${event}"]`).getAttribute('data-status');

describe('the pages of lifecycles', () => {
  it.each(views)('can be read at $width pixels, $colorScheme', async (view) => {
    const { page, faults, close } = await openPage(browser, `${world.url}/`, view);
    const look = async (name: string) => {
      expect(await overflow(page), name).toBeLessThanOrEqual(0);
      await keepScreenshot(page, `lifecycles-${name}-${view.width}-${view.colorScheme}`);
      expect(await seriousFindings(page), name).toEqual([]);
    };
    await look('login');
    await logIn(page);
    await page.getByRole('heading', { name: 'Lifecycles' }).waitFor();
    await look('dashboard');
    await page.goto(world.url + world.timelines.creation);
    await page.getByText('Properties of the request').click();
    await page.getByText('https://ci.example.org/jobs/8812').waitFor();
    await look('creation');
    await page.goto(world.url + world.timelines.patch);
    await look('patch');
    expect(faults).toEqual([]);
    await close();
  });

  it('change while somebody watches, without being loaded again', async () => {
    const { page, faults, close } = await enter(world.timelines.running);
    await page.locator('#connection', { hasText: 'live' }).waitFor();
    await page.evaluate('window.loadedOnce = true');
    expect(await statusOf(page, 'SMOKE_TESTS_AMI_CREATE')).toBe('RUNNING');
    world.finishSmokeTests();
    await page.locator('[data-event="SMOKE_TESTS_AMI_CREATE"][data-status="COMPLETED"]').waitFor();
    expect(await page.textContent('#connection')).toContain('live, changed at');
    expect(await page.evaluate('window.loadedOnce')).toBe(true);
    expect(faults).toEqual([]);
    await close();
  });

  it('do without scripts: links, filters and the log-out', async () => {
    const context = await browser.newContext({ javaScriptEnabled: false });
    const page = await context.newPage();
    await page.goto(`${world.url}/`);
    await logIn(page);
    await page.getByRole('combobox', { name: 'Product' }).selectOption('core-router');
    await page.getByRole('button', { name: 'Show' }).click();
    await page
      .getByRole('row', { name: /core-router/ })
      .getByRole('link')
      .click();
    await page.waitForURL(`${world.url}${world.timelines.patch}`);
    await page.getByRole('link', { name: 'Creation' }).click();
    await page.getByRole('heading', { name: 'AMI Creation Timeline' }).waitFor();
    await page.getByRole('button', { name: 'Log out' }).click();
    await page.goto(`${world.url}/`);
    expect(new URL(page.url()).pathname).toBe('/login');
    await context.close();
  });

  it('can be used by keyboard alone', async () => {
    const { page, close } = await openPage(browser, `${world.url}/login`, views[0]!);
    await page.locator('input:focus').waitFor();
    await page.keyboard.type(world.key);
    await page.keyboard.press('Enter');
    await page.getByRole('heading', { name: 'Lifecycles' }).waitFor();
    await page.keyboard.press('Tab');
    expect(await page.evaluate('document.activeElement.textContent')).toBe('To the content');
    await page.keyboard.press('Enter');
    expect(await page.evaluate('document.activeElement.id')).toBe('main');
    await close();
  });
});
