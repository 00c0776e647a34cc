// Distances, shares and telephone numbers as people read them.

/** Metres below one kilometre, kilometres above; three significant figures are more than a phone's position has. */
export function measure(metres: number): { value: string; unit: "m" | "km" } {
  if (metres < 10) return { value: String(Number(metres.toFixed(1))), unit: "m" };
  if (metres < 999.5) return { value: metres.toFixed(0), unit: "m" };
  const km = metres / 1000;
  return { value: km.toFixed(km < 10 ? 2 : km < 100 ? 1 : 0), unit: "km" };
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
