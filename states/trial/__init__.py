"""A draft tried on past records, beside another scheme: what it would have done, to whom. Nothing is kept."""

from states.trial.trying import WITHIN, Change, PopulationTrial, Trial, TrialInput, try_out

__all__ = ["WITHIN", "Change", "PopulationTrial", "Trial", "TrialInput", "try_out"]
