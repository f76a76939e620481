"""People with a protected identity: who among those who came is not named, and which editions named them before."""
