"""The HTTP door. Planned: docs/contracts.md says what it will offer; nothing stands here yet."""
