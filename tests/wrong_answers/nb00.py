"""Wrong answers to the exercises of notebook 00, each with one fault and a part of the message that it must get."""

import random
import string

import numpy as np


def lower(text):
    return text.strip().lower()


def exact_contained(answer, accepted):
    return any(lower(form) in lower(answer) for form in accepted)


def exact_part(answer, accepted):
    return any(lower(answer) in lower(form) for form in accepted)


def exact_first(answer, accepted):
    return bool(accepted) and lower(answer) == lower(accepted[0])


def exact_all(answer, accepted):
    return all(lower(answer) == lower(form) for form in accepted)


def exact_case(answer, accepted):
    return answer.strip() in [form.strip() for form in accepted]


def exact_half_lowered(answer, accepted):
    return lower(answer) in [form.strip() for form in accepted]


def exact_spaces(answer, accepted):
    return answer.lower() in [form.lower() for form in accepted]


def exact_no_spaces(answer, accepted):
    return lower(answer).replace(" ", "") in [lower(form).replace(" ", "") for form in accepted]


def exact_words(answer, accepted):
    return "yes" if lower(answer) in map(lower, accepted) else "no"


def exact_nothing(answer, accepted):
    return not accepted or lower(answer) in map(lower, accepted)


def exact_no_return(answer, accepted):
    any(lower(answer) == lower(form) for form in accepted)


ARTICLES = ("a", "an", "the")


def words_of(text):
    return [word.strip(string.punctuation) for word in text.split()]


def normalise_list(text):
    return [word for word in words_of(text.lower()) if word and word not in ARTICLES]


def normalise_case(text):
    return " ".join(word for word in words_of(text) if word and word.lower() not in ARTICLES)


def normalise_punctuation_kept(text):
    return " ".join(word for word in text.lower().split() if word not in ARTICLES)


def normalise_all_punctuation(text):
    return normalise_punctuation_kept(text.translate(str.maketrans("", "", string.punctuation)))


def normalise_right_end(text):
    words = [word.rstrip(string.punctuation) for word in text.lower().split()]
    return " ".join(word for word in words if word and word not in ARTICLES)


def normalise_whole_text(text):
    words = text.lower().strip(string.punctuation).split()
    return " ".join(word for word in words if word not in ARTICLES)


def normalise_articles_kept(text):
    return " ".join(word for word in words_of(text.lower()) if word)


def normalise_two_articles(text):
    return " ".join(word for word in words_of(text.lower()) if word and word not in ("a", "the"))


def normalise_replace(text):
    text = " ".join(words_of(text.lower()))
    return text.replace("the", "").replace("an", "").replace("a", "")


def normalise_replace_with_space(text):
    text = " ".join(words_of(text.lower()))
    return text.replace("the ", "").replace("an ", "").replace("a ", "")


def normalise_articles_first(text):
    words = [word for word in text.lower().split() if word not in ARTICLES]
    return " ".join(word for word in (w.strip(string.punctuation) for w in words) if word)


def normalise_empty_words(text):
    return " ".join(word for word in words_of(text.lower()) if word not in ARTICLES)


def normalise_spaces(text):
    return " ".join(word.strip(string.punctuation) for word in text.lower().split(" ") if word.strip(string.punctuation) not in ARTICLES)


def bootstrap(values, level=0.95, size=None, statistic=np.mean, source=None):
    rng = np.random.default_rng(0)
    pool = values if source is None else source
    made = [statistic(rng.choice(pool, size=size or len(values))) for _ in range(2000)]
    return tuple(np.quantile(made, [(1 - level) / 2, (1 + level) / 2]))


def interval_without_replacement(values, level=0.95):
    means = [np.mean(random.sample(list(values), len(values))) for _ in range(2000)]
    return np.quantile(means, [(1 - level) / 2, (1 + level) / 2])


def interval_of_values(values, level=0.95):
    return np.quantile(values, [(1 - level) / 2, (1 + level) / 2])


def interval_of_sums(values, level=0.95):
    return bootstrap(values, level, statistic=np.sum)


def interval_short_resamples(values, level=0.95):
    return bootstrap(values, level, size=max(1, len(values) // 3))


def interval_long_resamples(values, level=0.95):
    return bootstrap(values, level, size=4 * len(values))


def interval_one_sided(values, level=0.95):
    return bootstrap(values, 1 - 2 * (1 - level))


def interval_reversed(values, level=0.95):
    return bootstrap(values, level)[::-1]


def interval_no_level(values, level=0.95):
    return bootstrap(values)


def interval_normal(values, level=0.95):
    from scipy.stats import norm

    half = norm.ppf((1 + level) / 2) * np.std(values) / len(values) ** 0.5
    return np.mean(values) - half, np.mean(values) + half


def interval_mean_too(values, level=0.95):
    return (np.mean(values), *bootstrap(values, level))


def interval_first_half(values, level=0.95):
    return bootstrap(values, level, source=values[: len(values) // 2])


def interval_fixed_count(values, level=0.95):
    return bootstrap(values, level, size=40)


def leader_of(scores):
    return max(scores, key=lambda name: scores[name][0])


def lucky_by(value):
    """A lucky-system finder that judges the repeats by `value(all scores of a system)`."""

    def lucky(scores):
        best = max(scores, key=lambda name: value(scores[name]))
        return leader_of(scores) if leader_of(scores) != best else "none"

    return lucky


def lucky_always(scores):
    return leader_of(scores)


def lucky_best(scores):
    return max(scores, key=lambda name: np.mean(scores[name][1:]))


def lucky_worst(scores):
    return min(scores, key=lambda name: np.mean(scores[name]))


def lucky_position(scores):
    return list(scores).index(leader_of(scores))


def lucky_word(scores):
    best = max(scores, key=lambda name: np.mean(scores[name][1:]))
    return leader_of(scores) if leader_of(scores) != best else "nobody"


def lucky_drop(scores):
    fall = {name: s[0] - np.mean(s[1:]) for name, s in scores.items()}
    name = max(fall, key=fall.get)
    return name if fall[name] > 0.15 else "none"


def lucky_any_fall(scores):
    name = leader_of(scores)
    return name if scores[name][0] > np.mean(scores[name][1:]) + 0.1 else lucky_by(lambda s: np.mean(s[1:]))(scores)


SHEET = {"EM": 0.6, "contained": 0.7, "house format": 0.95, "citation precision": 0.9, "abstention F1": 0.8}

WRONG = [
    ("0.1", "containment instead of equality", exact_contained, "`form in answer`"),
    ("0.1", "the answer may be a part of a form", exact_part, "`answer in form`"),
    ("0.1", "only the first accepted form", exact_first, "look at the first alone"),
    ("0.1", "all forms must match", exact_all, "did you ask for all of them"),
    ("0.1", "capitals matter", exact_case, "put the answer into lower case"),
    ("0.1", "accepted forms are not lowered", exact_half_lowered, "put the accepted forms into lower case too"),
    ("0.1", "outer spaces matter", exact_spaces, "cut the spaces at both ends of the answer"),
    ("0.1", "inner spaces are dropped", exact_no_spaces, "at the ends only"),
    ("0.1", "words instead of truth values", exact_words, "Give back True or False"),
    ("0.1", "an empty list matches", exact_nothing, "empty list"),
    ("0.1", "no return", exact_no_return, "forget a `return`"),
    ("0.2", "a list of words", normalise_list, "not a list of words"),
    ("0.2", "capitals kept", normalise_case, "lower case"),
    ("0.2", "punctuation kept", normalise_punctuation_kept, "Cut punctuation at the ends of words"),
    ("0.2", "punctuation inside words cut too", normalise_all_punctuation, "Keep punctuation inside a word"),
    ("0.2", "punctuation cut at the right end only", normalise_right_end, "before and after it"),
    ("0.2", "punctuation cut at the ends of the text only", normalise_whole_text, "at both ends of every word"),
    ("0.2", "articles kept", normalise_articles_kept, "Drop all three articles"),
    ("0.2", "'an' forgotten", normalise_two_articles, "Drop all three articles"),
    ("0.2", "articles cut out of words", normalise_replace, "whole words"),
    ("0.2", "articles with their space cut out of words", normalise_replace_with_space, "whole words"),
    ("0.2", "articles dropped before punctuation", normalise_articles_first, "cut the punctuation first"),
    ("0.2", "empty words leave a space", normalise_empty_words, "only punctuation"),
    ("0.2", "split at single spaces", normalise_spaces, "One space between words"),
    ("0.3", "drawn without replacement", interval_without_replacement, "draw with replacement"),
    ("0.3", "quantiles of the values", interval_of_values, "quantiles of the resamples' means"),
    ("0.3", "sums instead of means", interval_of_sums, "not its sum"),
    ("0.3", "resamples too short", interval_short_resamples, "as long as the data"),
    ("0.3", "resamples too long", interval_long_resamples, "as many values as there are data"),
    ("0.3", "5 % left out on each side", interval_one_sided, "leave out 0.025 on each side"),
    ("0.3", "high before low", interval_reversed, "low, then high"),
    ("0.3", "level is not used", interval_no_level, "seems not to use `level`"),
    ("0.3", "a normal interval", interval_normal, "1.96 standard errors"),
    ("0.3", "three numbers", interval_mean_too, "two numbers"),
    ("0.3", "only the first half of the data", interval_first_half, "come from all of the data"),
    ("0.3", "a fixed resample length", interval_fixed_count, "fixed in your code"),
    ("0.4", "always the first leader", lucky_always, "nobody was lucky"),
    ("0.4", "the really best system", lucky_best, "really good"),
    ("0.4", "the worst system", lucky_worst, "never led"),
    ("0.4", "a position instead of a name", lucky_position, "Give back a name"),
    ("0.4", "another word for 'none'", lucky_word, "'none'"),
    ("0.4", "the first score counts in the average", lucky_by(np.mean), "Leave the first score out"),
    ("0.4", "the best repeat instead of the average", lucky_by(lambda s: max(s[1:])), "not the best of them"),
    ("0.4", "only the second score", lucky_by(lambda s: s[1]), "Use all of the repeats"),
    ("0.4", "only the last score", lucky_by(lambda s: s[-1]), "Use all of the repeats"),
    ("0.4", "the one that fell furthest", lucky_drop, "fell furthest"),
    ("0.4", "any fall counts as luck", lucky_any_fall, "stays ahead"),
    ("0.5", "a list of numbers", [0.6, 0.7, 0.9, 0.9, 0.8], "is a dict"),
    ("0.5", "a measure is missing", {k: v for k, v in SHEET.items() if k != "abstention F1"}, "no target yet: abstention F1"),
    ("0.5", "a misspelt measure", {**{k: v for k, v in SHEET.items() if k != "EM"}, "Contains": 0.7}, "did you mean 'contained'"),
    ("0.5", "a measure of its own", {**SHEET, "speed": 0.5}, "no measure 'speed'"),
    ("0.5", "per cent", {**SHEET, "house format": 95}, "0.8 for 80 per cent"),
    ("0.5", "text instead of a number", {**SHEET, "EM": "0.6"}, "without quotes"),
    ("0.5", "a target of zero", {**SHEET, "citation precision": 0.0}, "decides nothing"),
    ("0.5", "below zero", {**SHEET, "EM": -0.2}, "below zero"),
    ("0.5", "EM above contained", {**SHEET, "EM": 0.9}, "always contained"),
    ("0.5", "not a number", {**SHEET, "abstention F1": float("nan")}, "NaN"),
]
