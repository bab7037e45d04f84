const CENTS = new Intl.NumberFormat("en-US", { style: "currency", currency: "USD" });
const FRACTIONS = new Intl.NumberFormat("en-US", {
  style: "currency",
  currency: "USD",
  maximumSignificantDigits: 2,
});

/** A reply may cost a thousandth of a cent: it is told all the same. */
export function dollars(amount: number): string {
  return (amount > 0 && amount < 0.01 ? FRACTIONS : CENTS).format(amount);
}
