// What a page must show for an answer of the service, and what it may not do whatever it shows.
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import type { Page } from "playwright-core";
import { expect } from "vitest";
import type { LocateAnswer } from "../../src/api/types.ts";

const axeSource = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");

export async function fromApi(base: string, query: Record<string, string | number>): Promise<LocateAnswer> {
  const text = new URLSearchParams(Object.entries(query).map(([key, value]) => [key, String(value)]));
  const response = await fetch(`${base}/v1/locate?${text}`);
  expect(response.status).toBe(200);
  return (await response.json()) as LocateAnswer;
}

/** Every word of the answer that the pages show, read from the page. */
export async function shown(page: Page, within: string) {
  const texts = (selector: string) => page.locator(`${within} ${selector}`).allTextContents();
  return {
    grids: (await texts(".grids .name")).map((name, at) => ({ name, at })),
    codes: await texts(".grids code"),
    partyGroup: await texts(".party-group"),
    leader: await texts(".leader-name"),
    leaderPhone: await texts(".leader .phone"),
    standIn: await texts(".stand-in-name"),
    staff: await texts(".staff .name"),
    nearest: await page.locator(`${within} .nearest`).evaluateAll((all) => all.map((one) => one.dataset.code)),
  };
}

/** The same, from the API's answer. */
export function expected(answer: LocateAnswer): Awaited<ReturnType<typeof shown>> {
  const team = answer.responsible;
  const leader = team?.leader;
  return {
    grids: answer.grids.map(({ name }, at) => ({ name, at })),
    codes: answer.grids.map(({ code }) => code),
    partyGroup: team?.party_group ? [team.party_group] : [],
    leader: leader ? [leader.name] : [],
    leaderPhone: leader?.phone ? [leader.phone] : [],
    standIn: answer.answers && !leader ? [answer.answers.name] : [],
    staff: team?.staff.map(({ name }) => name) ?? [],
    nearest: answer.nearest ? [answer.nearest.code] : [],
  };
}

/** axe-core finds nothing serious. */
export async function accessible(page: Page): Promise<void> {
  await page.evaluate(axeSource);
  const violations = await page.evaluate(async () => {
    type Violation = { id: string; impact: string; nodes: { html: string; failureSummary: string }[] };
    const axe = (globalThis as unknown as { axe: { run: () => Promise<{ violations: Violation[] }> } }).axe;
    return (await axe.run()).violations;
  });
  const serious = violations.filter(({ impact }) => impact === "serious" || impact === "critical");
  expect(
    serious.map(({ id, nodes }) => `${id}: ${nodes.map((node) => `${node.html} ${node.failureSummary}`)}`),
  ).toEqual([]);
}

/** Nothing lies beside the screen. */
export async function fitsWidth(page: Page): Promise<void> {
  const [content, screen] = await page.evaluate(() => [document.documentElement.scrollWidth, innerWidth]);
  expect(content).toBeLessThanOrEqual(screen ?? 0);
}

/** Everything that is pressed is large enough for a finger, in pixels; what is ticked by its label is as large as that. */
export async function largeEnough(
  page: Page,
  selector: string,
  { height, width = 0 }: { height: number; width?: number },
): Promise<void> {
  const pressed = await page.locator(selector).evaluateAll((all) =>
    all
      .map((one) => ({ one, box: (one.closest("label.check") ?? one).getBoundingClientRect() }))
      .filter(({ box }) => box.width > 0 || box.height > 0)
      .map(({ one, box }) => ({ html: one.outerHTML.slice(0, 80), height: box.height, width: box.width })),
  );
  expect(pressed.length).toBeGreaterThan(0);
  expect(pressed.filter((one) => one.height < height || one.width < width)).toEqual([]);
}
