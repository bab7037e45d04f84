"""An ear in a page: what its Web Audio plays, and which words it marks meanwhile."""

from playwright.async_api import Page

# Full scale is 1; silence with a codec's noise stays below a hundredth of this.
LOUD_ENOUGH = 0.02
HEARD_FOR_S = 0.3

# To be run before the page's own scripts.
LISTEN = """(() => {
  const contexts = []
  const ears = new WeakMap()
  const Made = window.AudioContext
  window.AudioContext = class extends Made {
    constructor(...options) {
      super(...options)
      contexts.push(this)
      ears.set(this, this.createAnalyser())
    }
  }
  const connect = AudioNode.prototype.connect
  AudioNode.prototype.connect = function (target, ...rest) {
    const ear = ears.get(this.context)
    if (target === this.context.destination && ear) connect.call(this, ear)
    return connect.call(this, target, ...rest)
  }
  window.soundStates = () => contexts.map(({ state }) => state)
  window.soundClock = () => contexts.at(-1)?.currentTime ?? 0
  window.soundPeak = () => {
    const ear = ears.get(contexts.at(-1))
    const samples = new Float32Array(ear?.fftSize ?? 0)
    ear?.getFloatTimeDomainData(samples)
    return samples.reduce((peak, sample) => Math.max(peak, Math.abs(sample)), 0)
  }
  window.spokenRange = () => [...(CSS.highlights.get("spoken") ?? [])][0]
  window.spokenMark = () => spokenRange()?.toString() ?? ""
})()"""


def is_heard(peak: float) -> str:
    return f"soundClock() > {HEARD_FOR_S} && soundPeak() > {peak}"


async def clock_of(page: Page) -> float:
    return float(await page.evaluate("soundClock()"))


async def mark_of(page: Page) -> str:
    """The marked words."""
    return str(await page.evaluate("spokenMark()"))


async def place_of(page: Page) -> tuple[float, float]:
    """Left and top of the first line of the marked words."""
    rect = await page.evaluate("spokenRange().getClientRects()[0].toJSON()")
    return rect["left"], rect["top"]
