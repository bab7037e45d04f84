"""A lighthouse keeper's handbook as a PDF: each page longer than a passage, each with its fact."""

from tests.fixtures.builders import build_pdf

FILE_NAME = "handbook.pdf"
QUESTION = "How much colza oil does the lamp burn each hour?"
ANSWER = "The lamp burns 37 decilitres of colza oil each hour"
ANSWER_PAGE = 2

_HISTORY = """\
Halden Point handbook. The history of the station.
The tower stands on the northern reef and was built of red granite.
Work began in the spring of 1884 and took three summers and two winters.
The stones were cut on the mainland and numbered before they were shipped.
Each course was laid between two tides, for the reef is covered at high water.
Forty masons lived on a barge, and the sea took their quarters twice.
The light was shown for the first time on the evening of 14 March 1887.
Captains had asked for it since the wreck of the brig Aurora in 1871.
The first keeper was Ingrid Solheim, who had taught mathematics in Bergen.
She kept the station for nineteen years and never missed a lighting.
Her diaries fill eleven volumes and are kept in the museum of the harbour.
The second keeper came from the whaling fleet and brought a telescope.
In 1911 a storm broke every pane of the lantern room in a single night.
New panes came by sledge, because the bay was frozen from shore to shore.
The fog bell was replaced by a horn, which the village at first disliked.
A telephone cable reached the station in 1923 and was cut by ice in 1924.
Since then a rowing boat has brought letters on each first Monday.
Visitors are welcome on that day, if the sea allows them to land.
They sign the book in the hall, which holds four thousand names by now."""

_LAMP = """\
The lamp and its care.
The lens is of the second order and turns on a bath of quicksilver.
A weight of ninety kilograms falls through the tower and drives the clockwork.
The keeper winds it up every four hours, by hand, on the upper landing.
Before lighting, wipe every prism with linen, never with wool.
Trim the wick straight across, for a crooked wick smokes and blackens glass.
Fill the reservoir to the brass mark and note the height in the log.
The lamp burns 37 decilitres of colza oil each hour.
In winter warm the oil in the kitchen first, or it will not rise.
Never leave the lantern room while the flame is being raised.
Draw the curtains at sunrise, since the lens can set the floor on fire.
Polish the brass on Tuesdays and the reflector on Fridays.
Open the upper vents in calm weather and the lower vents in wind.
Count the turns of the lens against the clock: one in twelve seconds.
If the lens slows, look at the quicksilver, then at the rollers.
A spare burner hangs behind the door and must be tried once a month.
Write down every minute in which the light was not seen, and the reason.
The inspector reads that list first and everything else afterwards.
Keep the stairs free of cans, for they will be climbed in the dark."""

_HOUSEHOLD = """\
The household of the station.
Rain from the roof fills a cistern below the kitchen floor.
Boil the water in summer, and scrub the cistern with sand each autumn.
Flour, peas and salted fish come with the supply boat in May and October.
The garden grows behind a wall two metres high and gives kale and potatoes.
Hens do not thrive here, because the wind carries them away.
The station keeps a goat named Lorna, who gives milk and eats the laundry.
Coal lies in the eastern shed, and driftwood belongs to whoever finds it.
The stove in the watch room is never allowed to go out from October to April.
Two keepers share the night and change at two o'clock.
Whoever goes off watch bakes, so that there is bread in the morning.
The library has three hundred books and a box comes each quarter in exchange.
A piano was landed in 1932 and is tuned by nobody.
Letters are collected in the blue tin and sealed against the spray.
When somebody is ill, hoist the yellow flag over the green one.
The doctor needs five hours in good weather and cannot come in bad.
The medicine chest is opened by the senior keeper alone.
Children learn to swim in the pool between the rocks before they may fish.
Everybody in the house can light the lamp, and has done so once."""


def handbook() -> bytes:
    return build_pdf([_HISTORY, _LAMP, _HOUSEHOLD])
