from segue import exceptions

NAMES = [
    "SegueException", "CrashedRun", "FailedRun", "CancelledRun", "PausedRun", "UnfinishedRun", "MissingFlowError",
    "UnspecifiedFlowError", "MissingResult", "ScriptError", "ParameterTypeError", "ParameterBindError",
    "SignatureMismatchError", "ObjectNotFound", "ObjectAlreadyExists", "UpstreamTaskError", "MissingContextError",
    "MissingProfileError", "ReservedArgumentError", "InvalidNameError", "Abort", "Pause", "ExternalSignal",
    "TerminationSignal", "MappingLengthMismatch", "MappingMissingIterable", "NotPausedError", "FlowPauseTimeout",
    "FlowRunWaitTimeout", "SerializationError", "ConfigurationError", "HashError", "InfrastructureError",
    "InfrastructureNotFound", "InfrastructureNotAvailable", "SegueImportError", "BlockMissingCapabilities",
    "ProtectedBlockError",
]  # fmt: skip
for name in NAMES:
    print(name, [base.__name__ for base in getattr(exceptions, name).__bases__])
