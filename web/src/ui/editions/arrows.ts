// The keys of a list whose chosen entry follows the arrows.

export function byArrows(step: (by: 1 | -1) => void): (event: KeyboardEvent) => void {
  return (event) => {
    if (event.key === "ArrowDown") step(1);
    else if (event.key === "ArrowUp") step(-1);
    else return;
    event.preventDefault();
  };
}
