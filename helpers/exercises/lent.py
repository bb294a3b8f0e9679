"""Inputs that the engine does not copy: a grader sees if the learner's code changes them."""

import copy


class _Lent:
    """Only the first copy, which is the engine's, is none: the learner may copy it."""

    lent = False

    def __deepcopy__(self, memo):
        if self.lent:
            return copy.deepcopy(self.plain(self), memo)
        self.lent = True
        return self


class LentList(_Lent, list):
    """A list that the learner's function gets as it is."""

    plain = list


class LentDict(_Lent, dict):
    """A dict that the learner's function gets as it is."""

    plain = dict
