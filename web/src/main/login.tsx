// Starts the page at `/login`, where the staff signs in.
import { render } from "preact";
import { wayBack } from "../lib/back.ts";
import { loadWho } from "../state/who.ts";
import { Login } from "../ui/login/Login.tsx";
import "../styles/base.css";
import "../styles/login.css";

const page = document.getElementById("page");
if (page) {
  const back = wayBack(new URLSearchParams(location.search).get("next"), location.origin);
  render(<Login back={back} go={(address) => location.replace(address)} />, page);
  void loadWho();
}
