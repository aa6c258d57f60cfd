"""What may happen in an appraisal and what follows from it: values in, values out, no I/O."""
