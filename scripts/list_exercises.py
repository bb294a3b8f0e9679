"""Print each exercise with the numbers of right and wrong answers that its check is tested with.

Run: python -m scripts.list_exercises (or make exercises)
"""

from collections import Counter

from helpers.exercises import exercises
from tests import right_answers, wrong_answers


def main():
    """Print the table, and the totals."""
    wrong = Counter(id for id, *_ in wrong_answers.all_of())
    right = {id: 1 + len(sources) for id, sources in right_answers.all_of().items()}
    print(f"{'exercise':<52} {'right':>5} {'wrong':>5}")
    for id, task in exercises().items():
        print(f"{id:<5} {task.title:<46} {right.get(id, 1):>5} {wrong[id]:>5}")
    print(f"{f'all {len(exercises())}':<52} {sum(right.values()):>5} {wrong.total():>5}")


if __name__ == "__main__":
    main()
