// Colours of the pages' style sheet, so that the map and the panels agree in either theme.

export function cssColor(name: `--${string}`): string {
  return getComputedStyle(document.documentElement).getPropertyValue(name).trim();
}
