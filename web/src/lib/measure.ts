// Distances, shares and telephone numbers as people read them.

/** Metres below one kilometre, kilometres above; three significant figures are more than a phone's position has. */
export function measure(metres: number): { value: string; unit: "m" | "km" } {
  if (metres < 10) return { value: String(Number(metres.toFixed(1))), unit: "m" };
  if (metres < 999.5) return { value: metres.toFixed(0), unit: "m" };
  const km = metres / 1000;
  return { value: km.toFixed(km < 10 ? 2 : km < 100 ? 1 : 0), unit: "km" };
}

/** Square metres below a tenth of a square kilometre, square kilometres above. */
export function area(squareMetres: number): { value: string; unit: "m²" | "km²" } {
  if (squareMetres > 0 && squareMetres < 1) return { value: "<1", unit: "m²" };
  if (squareMetres < 99_999.5) return { value: Math.round(squareMetres).toLocaleString("en"), unit: "m²" };
  const km2 = squareMetres / 1e6;
  return { value: km2 < 100 ? km2.toPrecision(3) : Math.round(km2).toLocaleString("en"), unit: "km²" };
}

/** Bytes as people say the size of a file. */
export function fileSize(bytes: number): string {
  if (bytes < 1000) return `${bytes} B`;
  const [value, unit] =
    bytes < 999_950 ? [bytes / 1e3, "kB"] : bytes < 999_950_000 ? [bytes / 1e6, "MB"] : [bytes / 1e9, "GB"];
  return `${value.toFixed(value < 10 ? 1 : 0)} ${unit}`;
}

export function percent(share: number): string {
  if (share > 0 && share < 0.01) return "<1%";
  return `${Math.round(share * 100)}%`;
}

/** The number to dial; null where the service hides a part of it. */
export function dialable(phone: string | null | undefined): string | null {
  if (!phone || /[*xX•]/.test(phone)) return null;
  const digits = phone.replace(/[\s()-]/g, "");
  return /^\+?\d{3,15}$/.test(digits) ? digits : null;
}
