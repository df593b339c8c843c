"""Generated scenarios on real engines: does every tier fire and resolve when the closed forms say so?"""
