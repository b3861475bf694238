app = FastAPI()

@app.get("/")
def root():
    return {"says": "smoke"}
