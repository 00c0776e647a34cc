// Signing in with an account: the browser keeps the cookie, and no script sees it.
import { call } from "./client.ts";

/** Who is asking: `nobody`, by a `key`, or by a `session`. */
export interface Who {
  readonly via: string;
  readonly name: string | null;
}

export function whoAmI(): Promise<Who> {
  return call("/v1/session");
}

export function signInAs(name: string, password: string): Promise<Who> {
  return call("/v1/session", { method: "POST", body: { sign_in: name, password } });
}

export function signOutAgain(): Promise<void> {
  return call("/v1/session", { method: "DELETE" });
}
