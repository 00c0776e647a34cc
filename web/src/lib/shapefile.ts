// Which of the chosen files belong together: a shapefile comes as several.

const PART = /\.(dbf|shx|prj|cpg|sbn|sbx|qix|qmd|shp\.xml)$/i;

/** `borders.dbf` belongs to `borders.shp` where both were chosen: it has no tier of its own. */
export function isPart(name: string, names: readonly string[]): boolean {
  if (!PART.test(name)) return false;
  const shape = `${name.replace(PART, "")}.shp`.toLowerCase();
  return names.some((other) => other.toLowerCase() === shape);
}
