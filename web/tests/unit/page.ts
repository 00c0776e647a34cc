// A page for a file of tests to render in, empty before each.
import { render } from "preact";
import { afterEach, beforeEach } from "vitest";

export function emptyPage(): { page: HTMLElement; text: (selector: string) => string[] } {
  const page = document.createElement("div");
  beforeEach(() => document.body.append(page));
  afterEach(() => {
    render(null, page);
    page.remove();
  });
  const text = (selector: string) => [...page.querySelectorAll(selector)].map((found) => found.textContent);
  return { page, text };
}
