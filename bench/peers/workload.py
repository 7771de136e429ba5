"""The workload that both get: REGIONS regions x 40 indicators in 8 dimensions, values around 50, and twelve regions in
which every indicator goes to 100 at a moment of its own."""
import datetime
import functools

INDICATORS = 40
DIMENSIONS = 8  # of Prometheus' labels; tocsin's are those of bench/make_config.py
SHOCKS = 12
SHOCK_EVERY = 2.1  # seconds; no multiple of a rule cycle, so that shocks come at any moment of one
SHOCK_VALUE = 100.0
HISTORY = 13  # values of every series that are there before: two minutes, ten seconds apart
HISTORY_MONTHS = 18  # the same for tocsin: its z-score wants 70 % of two years
OF_PACK = ["rainfall", "millet_price", "sorghum_price", "ipc3_share", "displaced_people"]  # as in bench/load.cc


def indicator_name(indicator):
    return OF_PACK[indicator] if indicator < len(OF_PACK) else f"index_{indicator - len(OF_PACK):02d}"


def region_name(region):
    return f"XX-{region:05d}"


def shocked_regions(regions):
    """Spread over the whole; fed apart from the others."""
    return [(2 * i + 1) * regions // (2 * SHOCKS) for i in range(SHOCKS)]


def value(identity):
    """40 to 60, the same for the same identity, without a pattern over identities that follow each other."""
    return 40 + (identity * 2654435761 & 0xFFFFFFFF) % 2000003 % 2000 / 100


@functools.cache
def month_start(number):
    """First day of month `number`; 59 is the last one that is over today, as in bench/load.cc."""
    today = datetime.date.today()
    months = today.year * 12 + today.month - 1 - 60 + number
    return f"{months // 12:04d}-{months % 12 + 1:02d}-01"


def record(identity, region, indicator, month, figure):
    """One line of NDJSON for tocsin."""
    start, end = month_start(month), month_start(month + 1)
    return (f'{{"specversion":"1.0","id":"{identity}","source":"bench","type":"org.tocsin.observation.v1",'
            f'"time":"{end}T00:00:00Z","subject":"{region_name(region)}","revision":1,"published":"{end}T06:00:00Z",'
            f'"data":{{"indicator":"{indicator_name(indicator)}","period":{{"start":"{start}","end":"{end}"}},'
            f'"value":{figure:.2f}}}}}\n').encode()
