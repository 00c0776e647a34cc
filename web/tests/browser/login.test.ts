// Signing in in a real browser, on the real service: the page, the way back, who is shown, and signing out.
import type { Page } from "playwright-core";
import { beforeAll, expect, test } from "vitest";
import { accessible, fitsWidth } from "./expect.ts";
import { demoTown, type Opening, PHONE, refused } from "./town.ts";

const town = demoTown();
let password: string;

beforeAll(async () => {
  password = (await town.run("account", "create", "wang", "--name", "王某", "--role", "dispatcher")).trim();
});

async function visit(path: string, opening: Opening = {}): Promise<Page> {
  return (await town.open(path, { ...PHONE, ...opening })).page;
}

async function signIn(page: Page, word: string, name = "Wang"): Promise<void> {
  await page.locator("input[name=username]").fill(name);
  await page.locator("input[name=password]").fill(word);
  await page.locator("button[type=submit]").click();
}

test("from the phone's page there and back, shown by name, whole numbers, and out again", async () => {
  const page = await visit("/m", { position: { longitude: 116.9, latitude: 30.8, accuracy: 5 } });
  await page.locator('.result[data-state="answered"]').waitFor();
  expect(await page.locator('a[href^="tel:"]').count()).toBe(0);
  await page.locator("a.who").click();
  await page.waitForURL("**/login?next=%2Fm");
  await accessible(page);
  await fitsWidth(page);
  await signIn(page, "a wrong password");
  expect(await page.locator("#refused").textContent()).toBe("用户名或密码不对");
  await refused(town.opened(page), 401);
  await signIn(page, password);
  await page.waitForURL("**/m");
  await page.locator('.result[data-state="answered"]').waitFor();
  expect(await page.locator(".who summary").textContent()).toContain("王某");
  // A dispatcher sees numbers whole, and may dial them.
  await expect.poll(() => page.locator('a[href^="tel:"]').count()).toBeGreaterThan(0);
  const cookies = await page.context().cookies();
  expect(cookies.map(({ name, httpOnly, sameSite }) => ({ name, httpOnly, sameSite }))).toEqual([
    { name: "gridward", httpOnly: true, sameSite: "Strict" },
  ]);
  await accessible(page);
  await page.locator(".who summary").click();
  await page.locator(".who button").click();
  await page.locator("a.who").waitFor();
  await page.locator('.result[data-state="answered"]').waitFor();
  await expect.poll(() => page.locator('a[href^="tel:"]').count()).toBe(0);
  const log = JSON.parse(await town.run("audit", "--json", "--actor", "王某")) as { action: string }[];
  expect(log.map(({ action }) => action)).toEqual(
    expect.arrayContaining(["session.end", "phone.reveal", "session.begin"]),
  );
});

test("a way back to another host leads to the map, and whoever is signed in is told so", async () => {
  for (const next of ["https://evil.example/", "//evil.example/", "/\\evil.example", "javascript:alert(1)"]) {
    const page = await visit(`/login?next=${encodeURIComponent(next)}`, { language: "en" });
    await signIn(page, password);
    await page.waitForURL(`${town.url}/`);
    await page.goto(`${town.url}/login`);
    await page.getByText("Signed in: 王某").waitFor();
    await page.context().close();
  }
});

test("people change their own password, and sign in by the new one", async () => {
  const first = (await town.run("account", "create", "zhang", "--name", "张某", "--role", "dispatcher")).trim();
  const page = await visit("/login");
  await signIn(page, first, "zhang");
  await page.waitForURL(`${town.url}/`);
  await page.goto(`${town.url}/login`);
  await page.locator(".own-password summary").click();
  await accessible(page);
  await fitsWidth(page);
  const change = async (current: string, wanted: string): Promise<void> => {
    await page.locator("input[name=current-password]").fill(current);
    await page.locator("input[name=new-password]").fill(wanted);
    await page.locator(".own-password button[type=submit]").click();
  };
  const second = "a longer password 9";
  // The browser itself notes the refusals.
  town.overlook("status of 400");
  await change("not the password 1", second);
  await page.getByText("当前密码不对").waitFor();
  await change(first, "short");
  await page.getByText("新密码太简单").waitFor();
  await change(first, second);
  await page.getByText("密码已修改").waitFor();
  await page.reload();
  await page.getByText("已登录：张某").waitFor();
  await page.getByRole("button", { name: "退出登录" }).click();
  await signIn(page, second, "zhang");
  await page.waitForURL(`${town.url}/`);
});
