// Sets the colour scheme before the first paint; a separate file because the CSP allows no inline script.
(() => {
  const stored = localStorage.getItem("clonememoria.theme");
  const dark = stored ? stored === "dark" : matchMedia("(prefers-color-scheme: dark)").matches;
  document.documentElement.classList.toggle("dark", dark);
  document
    .querySelector('meta[name="theme-color"]')
    .setAttribute("content", dark ? "#11181c" : "#f8fafb");
})();
